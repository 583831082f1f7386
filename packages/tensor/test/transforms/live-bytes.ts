import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as fx from '../../src/index.js';
import type { Tensor } from '../../src/index.js';

// V8 collects on request only with this flag, which can be set while it runs.
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** The bytes of arrays that something still refers to. What the first collection finds is given back by the end of the second. */
export function liveBytes(): number {
  collect();
  collect();
  return process.memoryUsage().arrayBuffers;
}

/** The identity, which looks at the live bytes when its value and when its cotangent is computed. */
export const probe = (look: (pass: 'forward' | 'backward', bytes: number) => void): ((x: Tensor) => Tensor) =>
  fx.customVjp((x: Tensor) => x, {
    forward: (x: Tensor) => {
      look('forward', liveBytes());
      return [x, null];
    },
    backward: (_: null, ct: Tensor) => {
      look('backward', liveBytes());
      return [ct];
    },
  });
