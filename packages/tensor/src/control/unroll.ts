import { concatenate, reshape, sliceAxis, stack } from '../ops/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { map, type Tree } from '../tree/tree.js';
import { closureConvert } from '../transforms/closure-convert.js';
import { requireSameCarry } from './carry.js';
import { scanSteps } from './scan-steps.js';

interface UnrollOptions {
  /** The number of steps, positive. */
  readonly size: number;
  /** How many of them make one turn of the loop, at most all. */
  readonly count: number;
  readonly reverse: boolean;
}

type Step<Carry, X, Y> = (carry: Carry, x: X) => readonly [Carry, Y];

const overTree = <T extends Tree<Tensor>>(tree: T, f: (x: Tensor) => Tensor): T => map<Tensor, Tensor>(f, tree) as T;
const joined = <Y extends Tree<Tensor>>(parts: readonly Y[], join: (xs: readonly Tensor[]) => Tensor): Y =>
  map<Tensor, Tensor>((first, ...others) => join([first, ...others]), parts[0]!, ...parts.slice(1)) as Y;

const stepOf = <X extends Tree<Tensor>>(xs: X, index: number): X => overTree(xs, (x) => reshape(sliceAxis(x, 0, index, index + 1), x.shape.slice(1)));

/** The step as a program: what calls of `f` count or keep, they count and keep once, as in a scan that is not unrolled. */
function tracedOnce<Carry extends Tree<Tensor>, X extends Tree<Tensor>, Y extends Tree<Tensor>>(f: Step<Carry, X, Y>, init: Carry, xs: X): Step<Carry, X, Y> {
  const checked = (carry: Carry, x: X): [Carry, Y] => {
    const [next, y] = f(carry, x);
    requireSameCarry('scan', init, next);
    return [next, y];
  };
  const [converted, captures] = closureConvert(checked, init, stepOf(xs, 0));
  return (carry, x) => converted(carry, x, captures);
}

/** Steps one after the other, their results stacked in the order of `xs`. */
function runSteps<Carry extends Tree<Tensor>, X extends Tree<Tensor>, Y extends Tree<Tensor>>(f: Step<Carry, X, Y>, init: Carry, xs: X, count: number, reverse: boolean): [Carry, Y] {
  let carry = init;
  const results: Y[] = [];
  for (let step = 0; step < count; step++) {
    const index = reverse ? count - 1 - step : step;
    const [next, y] = f(carry, stepOf(xs, index));
    carry = next;
    results[index] = y;
  }
  return [carry, joined(results, (rows) => stack(rows))];
}

/** `scan` with `count` steps in a turn of the loop; those that are left over come last, without a loop. */
export function scanUnrolled<Carry extends Tree<Tensor>, X extends Tree<Tensor>, Y extends Tree<Tensor>>(f: Step<Carry, X, Y>, init: Carry, xs: X, { size, count, reverse }: UnrollOptions): [Carry, Y] {
  const step = tracedOnce(f, init, xs);
  const turns = Math.floor(size / count);
  if (turns === 1 && count === size) return runSteps(step, init, xs, size, reverse);
  const left = size - turns * count;
  // In reverse the loop begins at the end, so that what is left over lies in front.
  const [from, to] = reverse ? [left, size] : [0, turns * count];
  const looped = overTree(xs, (x) => reshape(sliceAxis(x, 0, from, to), [turns, count, ...x.shape.slice(1)]));
  const [middle, rows] = scanSteps((carry: Carry, chunk: X) => runSteps(step, carry, chunk, count, reverse), init, looped, { length: turns, reverse });
  const whole = overTree(rows, (y) => reshape(y, [turns * count, ...y.shape.slice(2)]));
  if (left === 0) return [middle, whole];
  const rest = overTree(xs, (x) => sliceAxis(x, 0, reverse ? 0 : turns * count, reverse ? left : size));
  const [last, others] = runSteps(step, middle, rest, left, reverse);
  return [last, joined(reverse ? [others, whole] : [whole, others], (parts) => concatenate(parts, 0))];
}
