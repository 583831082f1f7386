import { add, minimum, scalar, type Tensor } from '@flaxon/tensor';

const largest = 2 ** 31 - 1;

/** The count before the first update. */
export const initialCount = (): Tensor => scalar(0, 'int32');

/** One more, and at most the largest int32: a count that wrapped around would restart schedules (Optax: `safe_increment`). */
export const increment = (count: Tensor): Tensor => add(minimum(count, largest - 1), 1);
