import type { Packed, ScopeFunction, StreamGroup } from './pack.js';

/** Runs `f` on what was packed, as it is; `streams` may stand for those packed. */
export function passThrough(packed: Packed, f: ScopeFunction, args: readonly unknown[], streams: readonly StreamGroup[] = packed.streams): unknown {
  const opened = packed.open(packed.variables, streams);
  const y = f(opened.scopes, ...args);
  packed.publish(opened.close());
  return y;
}
