import { add, ArgumentError, cos, minimum, mul, pow, type Tensor } from '@flaxon/tensor';
import { checkOptions, requireNumbers } from '../arguments.js';
import { elapsed, type Schedule } from './schedule.js';

export interface CosineDecayOptions {
  readonly initValue: number;
  /** How many updates the decay takes, more than 0. */
  readonly decaySteps: number;
  /** What the value falls to, as a part of `initValue`; 0 by default. */
  readonly alpha?: number;
  /** The exponent of the cosine term, 1 by default. */
  readonly exponent?: number;
}

/**
 * initValue ((1 - alpha) ((1 + cos(pi t / decaySteps)) / 2)^exponent + alpha), where t is the count, at most decaySteps
 * (Optax: `cosine_decay_schedule`; Loshchilov and Hutter, "SGDR", 2017).
 * @throws ArgumentError
 */
export function cosineDecaySchedule(options: CosineDecayOptions): Schedule {
  checkOptions('cosineDecaySchedule', options, ['initValue', 'decaySteps', 'alpha', 'exponent']);
  const { initValue, decaySteps, alpha = 0, exponent = 1 } = options;
  requireNumbers('cosineDecaySchedule', { initValue, decaySteps, alpha, exponent });
  if (decaySteps <= 0) throw new ArgumentError('cosineDecaySchedule', 'decaySteps', `must be more than 0, found ${decaySteps}`);
  const range = initValue * (1 - alpha);
  /** range (wave / 2)^exponent with the numbers put together, where `wave` is 1 + cos(...). */
  const decayed = (wave: Tensor): Tensor => (exponent === 1 ? mul(wave, range / 2) : mul(pow(mul(wave, 0.5), exponent), range));
  return (count, dtype = 'float32') => {
    const angle = mul(minimum(elapsed(count, 0, dtype), decaySteps), Math.PI / decaySteps);
    const value = decayed(add(cos(angle), 1));
    return alpha === 0 ? value : add(value, initValue * alpha);
  };
}
