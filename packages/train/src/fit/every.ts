import { ArgumentError } from '@flaxon/tensor';

/** How often something is done: after so many steps, or so many epochs. */
export interface Every {
  readonly steps?: number;
  readonly epochs?: number;
}

/** @throws ArgumentError where neither or something else than a whole number from 1 on is given */
export function checkEvery(name: string, { steps, epochs }: Every): void {
  if (steps === undefined && epochs === undefined) throw new ArgumentError('Trainer', name, 'must be { steps } or { epochs }');
  for (const count of [steps, epochs]) {
    if (count !== undefined && !(Number.isInteger(count) && count >= 1)) throw new ArgumentError('Trainer', name, `must be a whole number of steps or epochs from 1 on, found ${count}`);
  }
}

/** Whether a multiple of `count` was reached on the way from `before` to `now`. */
export const isDue = (count: number | undefined, before: number, now: number): boolean => count !== undefined && Math.floor(now / count) > Math.floor(before / count);
