import { add, cond, foriLoop, grad, greater, less, mul, scan, sin, spec, square, sub, sum, switchCase, tanh, type Tensor, whileLoop, zeros } from '@flaxon/tensor';
import { type ExportRow, functionTask, type Task, tolerances } from '../row.js';

const width = 8;
type Step = [Tensor, Tensor];

const cumulative = (carry: Tensor, x: Tensor): Step => {
  const next = tanh(add(mul(carry, 0.5), x));
  return [next, next];
};

/** Over a sequence (steps, batch, width), from zeros. */
const alongSequence = (reverse: boolean) => (xs: Tensor): Step => scan(cumulative, zeros(xs.shape.slice(1)), xs, { reverse });
const gradientOfScan = grad((xs: Tensor) => sum(square(alongSequence(false)(xs)[1])));

const branches = [(x: Tensor): Tensor => sin(x), (x: Tensor): Tensor => mul(x, 2), (x: Tensor): Tensor => sub(x, 1)];
const chosen = (index: Tensor, x: Tensor): Tensor => switchCase(index, branches, x);
const byPredicate = (x: Tensor): Tensor => cond(greater(sum(x), 0), (y: Tensor) => tanh(y), (y: Tensor) => mul(y, 0.5), x);
const untilLarge = (x: Tensor): Tensor => whileLoop((y: Tensor) => less(sum(square(y)), 1e4), (y: Tensor) => add(mul(y, 1.5), 0.1), x);
const repeatedly = (x: Tensor): Tensor => foriLoop(0, 5, (_: Tensor, y: Tensor) => sin(y), x);

const points: Task['specs'] = (batch) => [spec('float32', [batch, width])];
const sequences: Task['specs'] = (batch) => [spec('float32', [12, batch, width])];

const row = (id: string, run: (...args: readonly never[]) => unknown, specs: Task['specs'], batch: number): ExportRow => ({ id, batch, tolerance: tolerances.float32, prepare: () => functionTask(run, specs) });

/** Branches and loops. */
export const controlRows: readonly ExportRow[] = [
  row('18a_switch3', chosen, (batch) => [spec('int32', []), spec('float32', [batch, width])], 64),
  row('18b_cond2', byPredicate, points, 64),
  row('18c_while', untilLarge, points, 64),
  row('18d_scan_fwd', alongSequence(false), sequences, 16),
  row('18e_scan_reverse', alongSequence(true), sequences, 16),
  row('18f_grad_of_scan', gradientOfScan, sequences, 16),
  row('18g_fori', repeatedly, points, 64),
];
