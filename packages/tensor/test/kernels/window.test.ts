import { expect, it } from 'vitest';
import type { WindowParams } from '../../src/primitives/params.js';
import { windowSelectKernel, windowSumKernel } from '../../src/kernels/window.js';
import { array } from './arrays.js';

const [height, width, lanes] = [7, 6, 9];
/** With ties, an infinity and NaN in some places. */
const values = Array.from({ length: height * width * lanes }, (_, i) => (i % 53 === 7 ? Number.NaN : i % 31 === 3 ? -Infinity : ((i * 7919) % 11) - 5));
const window: WindowParams = { dimensions: [3, 2, 1], strides: [2, 1, 1], padding: [[1, 1], [0, 1], [0, 0]], baseDilation: [1, 1, 1], windowDilation: [1, 2, 1] };
const result = [4, 5] as const;

/** What the kernel makes of the elements at one place behind the window's axes, alone. */
const ofLane = (lane: number): number[] => values.filter((_, i) => i % lanes === lane);

it.each([true, false])('elements behind each other are chosen as each of them alone, largest: %s', (largest) => {
  const params = { ...window, largest };
  const select = (shape: readonly number[], data: readonly number[]) => {
    const spec = { shape: [...result, shape[2]!], dtype: 'float32' } as const;
    return windowSelectKernel([array('float32', shape, data)], params, [spec, { ...spec, dtype: 'int32' }]).map((found) => Array.from(found, Number));
  };
  const [found, chosen] = select([height, width, lanes], values);
  for (let lane = 0; lane < lanes; lane++) {
    const [alone, chosenAlone] = select([height, width, 1], ofLane(lane));
    expect(found!.filter((_, i) => i % lanes === lane)).toEqual(alone);
    expect(chosen!.filter((_, i) => i % lanes === lane)).toEqual(chosenAlone);
  }
});

it('elements behind each other are added as each of them alone', () => {
  const add = (shape: readonly number[], data: readonly number[]) => {
    const spec = { shape: [...result, shape[2]!], dtype: 'float32' } as const;
    return Array.from(windowSumKernel([array('float32', shape, data)], window, [spec])[0]!, Number);
  };
  const found = add([height, width, lanes], values);
  for (let lane = 0; lane < lanes; lane++) expect(found.filter((_, i) => i % lanes === lane)).toEqual(add([height, width, 1], ofLane(lane)));
});
