import { broadcastTo, scalar, Tensor, type TensorLike } from '@flaxon/tensor';
import { requireNumber } from '../arguments.js';
import type { Schedule } from './schedule.js';

const shapeOf = (count: TensorLike): Tensor['shape'] => (count instanceof Tensor ? count.shape : []);

/** The same number whatever the count (Optax: `constant_schedule`). @throws ArgumentError */
export function constantSchedule(value: number): Schedule {
  requireNumber('constantSchedule', 'value', value);
  return (count, dtype = 'float32') => broadcastTo(scalar(value, dtype), shapeOf(count));
}
