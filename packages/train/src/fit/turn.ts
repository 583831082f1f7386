import { StoppedError } from '../data/source.js';

/** How long a training may hold the thread, in milliseconds: short for a person, long beside a turn of the event loop. */
const longest = 20;

let lastTurn = 0;

/**
 * Now and then lets timers and signals in: graphs and kernels hold the thread while they run.
 * @throws StoppedError where the signal has been aborted
 */
export async function letOthersRun(signal: AbortSignal | undefined): Promise<void> {
  if (performance.now() - lastTurn > longest) {
    await new Promise<void>((resolve) => void (typeof setImmediate === 'function' ? setImmediate(resolve) : setTimeout(resolve)));
    lastTurn = performance.now();
  }
  if (signal?.aborted === true) throw new StoppedError('stopped');
}
