import { joinSchedules } from './join.js';
import type { Schedule } from './schedule.js';
import { warmupCosineDecaySchedule, type WarmupCosineDecayOptions } from './warmup-cosine.js';

/** Cosine decays with a warm-up, one after another (Optax: `sgdr_schedule`; Loshchilov and Hutter, "SGDR", 2017). @throws ArgumentError */
export function sgdrSchedule(cycles: readonly WarmupCosineDecayOptions[]): Schedule {
  let steps = 0;
  const boundaries = cycles.map(({ decaySteps }) => (steps += decaySteps));
  return joinSchedules(cycles.map(warmupCosineDecaySchedule), boundaries.slice(0, -1));
}
