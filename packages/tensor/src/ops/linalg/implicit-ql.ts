/**
 * Eigenvalues and eigenvectors of symmetric tridiagonal matrices by implicit QL and QR steps, in the order and with the signs of LAPACK's
 * dsteqr: the program of what `kernels/linalg/implicit-ql.ts` does eagerly, for a batch at once. A QR step is the QL step of the block
 * read backwards, so blocks at whose end the small elements stand are read so.
 */
import { scan } from '../../control/scan.js';
import { whileLoop } from '../../control/while-loop.js';
import type { Dim } from '../../shape/dim.js';
import type { Tensor } from '../../tensor/tensor.js';
import { full, iota, zeros } from '../create.js';
import { abs, add, div, equal, greater, greaterEqual, less, lessEqual, logicalAnd, logicalNot, logicalOr, maximum, mul, sqrt, square, sub, where } from '../elementwise.js';
import { argsort, takeAlongAxis } from '../indexing.js';
import { flip } from '../rearrange.js';
import { any, min, sum } from '../reduce.js';
import { broadcastTo, concatenate, expandDims, moveaxis, reshape, sliceAxis, squeeze } from '../shape.js';
import { hypotenuse, rotation, solvePair, withSign } from './rotations.js';

export interface TridiagonalBatch extends Readonly<Record<string, Tensor>> {
  /** (batch, n). */
  readonly diagonal: Tensor;
  /** What stands beside the diagonal, and a zero: (batch, n). */
  readonly offDiagonal: Tensor;
  /** The basis in which the matrix is tridiagonal, in columns: (batch, n, n). */
  readonly basis: Tensor;
}

/** Where the work stands, for each matrix: int32 (batch), but for `backwards`, bool. Places count in the order in which the block is read. */
interface Position extends Readonly<Record<string, Tensor>> {
  readonly from: Tensor;
  readonly end: Tensor;
  readonly backwards: Tensor;
  /** Where the next block begins, in the matrix's own order. */
  readonly next: Tensor;
}

interface State extends Readonly<Record<string, TridiagonalBatch | Position | Tensor>> {
  readonly matrix: TridiagonalBatch;
  readonly position: Position;
  readonly steps: Tensor;
}

const stepsPerValue = 30;

const precision = { float32: { epsilon: 2 ** -24, safeMinimum: 2 ** -126 }, float64: { epsilon: 2 ** -53, safeMinimum: 2 ** -1022 } };
const precisionOf = ({ dtype }: Tensor): { readonly epsilon: number; readonly safeMinimum: number } => (dtype === 'float64' ? precision.float64 : precision.float32);

const column = (x: Tensor): Tensor => expandDims(x, -1);
const placesOf = (x: Tensor): Tensor => iota('int32', [x.shape[1]!]);
/** The element of x (batch, n) at a place of each row. */
const pick = (x: Tensor, place: Tensor): Tensor => sum(where(equal(placesOf(x), column(place)), x, 0), { axis: -1 });
const put = (x: Tensor, place: Tensor, value: Tensor, chosen: Tensor): Tensor => where(logicalAnd(equal(placesOf(x), column(place)), column(chosen)), column(value), x);
/** The first place that is marked, n where none is. */
const firstPlace = (marked: Tensor): Tensor => min(where(marked, placesOf(marked), marked.shape[1] as number), { axis: -1 });
/** Each row shifted one place to the front, with zeros at the end. */
const following = (x: Tensor): Tensor => concatenate([sliceAxis(x, -1, 1, x.shape[1]!), zeros([x.shape[0]!, 1], x.dtype)], -1);

/** Where a matrix has no block at work, the next one: it ends before the first element beside the diagonal that is negligible. */
function nextBlock({ diagonal, offDiagonal, basis }: TridiagonalBatch, position: Position): { readonly matrix: TridiagonalBatch; readonly position: Position } {
  const size = diagonal.shape[1] as number;
  const magnitude = sqrt(abs(diagonal));
  const isSplit = logicalNot(greater(abs(offDiagonal), mul(mul(magnitude, following(magnitude)), precisionOf(diagonal).epsilon)));
  const last = firstPlace(logicalAnd(isSplit, greaterEqual(placesOf(diagonal), column(position.next))));
  const starts = logicalAnd(greater(position.from, position.end), less(position.next, size));
  const backwards = less(abs(pick(diagonal, last)), abs(pick(diagonal, position.next)));
  const mirrored = (place: Tensor): Tensor => sub(size - 1, place);
  const choose = (found: Tensor, before: Tensor): Tensor => where(starts, found, before);
  return {
    matrix: { diagonal, offDiagonal: put(offDiagonal, last, zeros(last.shape, diagonal.dtype), starts), basis },
    position: {
      from: choose(where(backwards, mirrored(last), position.next), position.from),
      end: choose(where(backwards, mirrored(position.next), last), position.end),
      backwards: choose(backwards, position.backwards),
      next: choose(add(last, 1), position.next),
    },
  };
}

/** The matrices whose block is read backwards, turned round; and back. */
function turnRound({ diagonal, offDiagonal, basis }: TridiagonalBatch, backwards: Tensor): TridiagonalBatch {
  const size = diagonal.shape[1] as number;
  const mirroredOffDiagonal = concatenate([flip(sliceAxis(offDiagonal, -1, 0, size - 1), -1), sliceAxis(offDiagonal, -1, size - 1, size)], -1);
  return {
    diagonal: where(column(backwards), flip(diagonal, -1), diagonal),
    offDiagonal: where(column(backwards), mirroredOffDiagonal, offDiagonal),
    basis: where(column(column(backwards)), flip(basis, -1), basis),
  };
}

/** The places from `from` to `to` that a step works on: two are solved at once. All int32 or bool (batch). */
interface Range {
  readonly from: Tensor;
  readonly to: Tensor;
  readonly isPair: Tensor;
  readonly isStep: Tensor;
}

/** What has split off by now is passed; its elements beside the diagonal become zero. */
function findRange({ diagonal, offDiagonal }: TridiagonalBatch, { from, end }: Position): { readonly range: Range; readonly offDiagonal: Tensor } {
  const { epsilon, safeMinimum } = precisionOf(diagonal);
  const places = placesOf(diagonal);
  const bound = add(mul(mul(abs(diagonal), epsilon ** 2), abs(following(diagonal))), safeMinimum);
  const isNegligible = logicalNot(greater(square(offDiagonal), bound));
  const inside = less(places, column(end));
  const start = firstPlace(logicalOr(logicalAnd(logicalAnd(inside, logicalNot(isNegligible)), greaterEqual(places, column(from))), greater(places, column(end))));
  const found = maximum(start, from);
  const to = firstPlace(logicalAnd(logicalOr(isNegligible, logicalNot(inside)), greater(places, column(found))));
  const cleared = where(logicalAnd(logicalAnd(greaterEqual(places, column(from)), inside), isNegligible), 0, offDiagonal);
  const isActive = less(found, end);
  const isPair = logicalAnd(isActive, equal(to, add(found, 1)));
  return { range: { from: found, to, isPair, isStep: logicalAnd(isActive, logicalNot(isPair)) }, offDiagonal: cleared };
}

interface Chase extends Readonly<Record<string, Tensor>> {
  readonly c: Tensor;
  readonly s: Tensor;
  readonly p: Tensor;
  readonly g: Tensor;
  /** The column of the basis that the next rotation turns too: (batch, n). */
  readonly basis: Tensor;
}

/** A QL step with Wilkinson's shift, or where two places are left their solution, on all matrices that have a range. */
function step(matrix: TridiagonalBatch, range: Range, backwards: Tensor): TridiagonalBatch {
  const { diagonal, offDiagonal, basis } = matrix;
  const size = diagonal.shape[1] as number;
  const [here, after, between, end] = [pick(diagonal, range.from), pick(diagonal, add(range.from, 1)), pick(offDiagonal, range.from), pick(diagonal, range.to)];
  const pair = solvePair(where(backwards, after, here), between, where(backwards, here, after));
  const pairSine = withSign(pair.sine, logicalNot(backwards));
  const ones = full(here.shape, 1, here.dtype);
  const start: Chase = { c: ones, s: ones, p: zeros(here.shape, here.dtype), g: shifted({ here, after, between, end }), basis: squeeze(sliceAxis(basis, -1, size - 1, size), -1) };
  const front = (x: Tensor): Tensor => moveaxis(x, -1, 0);
  const rows = {
    place: iota('int32', [size - 1]),
    diagonal: front(sliceAxis(diagonal, -1, 0, size - 1)),
    nextDiagonal: front(sliceAxis(diagonal, -1, 1, size)),
    offDiagonal: front(sliceAxis(offDiagonal, -1, 0, size - 1)),
    nextOffDiagonal: front(sliceAxis(offDiagonal, -1, 1, size)),
    basis: front(sliceAxis(basis, -1, 0, size - 1)),
  };
  const rotate = (chase: Chase, row: typeof rows): [Chase, { diagonal: Tensor; offDiagonal: Tensor; basis: Tensor }] => {
    const isInside = logicalAnd(greaterEqual(row.place, range.from), less(row.place, range.to));
    const steps = logicalAnd(isInside, range.isStep);
    const solves = logicalAnd(isInside, range.isPair);
    const found = rotation(chase.g, mul(chase.s, row.offDiagonal));
    const b = mul(chase.c, row.offDiagonal);
    const g = sub(row.nextDiagonal, chase.p);
    const r = add(mul(sub(row.diagonal, g), found.s), mul(mul(found.c, b), 2));
    const p = mul(found.s, r);
    const turn = {
      c: column(where(steps, found.c, where(solves, pair.cosine, 1))),
      s: column(where(steps, found.s, where(solves, pairSine, 0))),
    };
    const isFirst = equal(row.place, sub(range.to, 1));
    return [
      {
        c: where(steps, found.c, chase.c),
        s: where(steps, found.s, chase.s),
        p: where(steps, p, chase.p),
        g: where(steps, sub(mul(found.c, r), b), chase.g),
        basis: sub(mul(turn.c, row.basis), mul(turn.s, chase.basis)),
      },
      {
        diagonal: where(steps, add(g, p), row.nextDiagonal),
        offDiagonal: where(logicalAnd(steps, logicalNot(isFirst)), found.r, row.nextOffDiagonal),
        basis: add(mul(turn.c, chase.basis), mul(turn.s, row.basis)),
      },
    ];
  };
  const [last, turned] = scan(rotate, start, rows, { reverse: true });
  const joined = (first: Tensor, others: Tensor): Tensor => concatenate([column(first), moveaxis(others, 0, -1)], -1);
  const whole: TridiagonalBatch = {
    diagonal: joined(squeeze(sliceAxis(diagonal, -1, 0, 1), -1), turned.diagonal),
    offDiagonal: joined(squeeze(sliceAxis(offDiagonal, -1, 0, 1), -1), turned.offDiagonal),
    basis: joined(last.basis, turned.basis),
  };
  return settle(whole, range, { here: sub(here, last.p), between: last.g, low: where(backwards, pair.second, pair.first), high: where(backwards, pair.first, pair.second) });
}

/** The element that a step starts from: the last one less the shift. */
function shifted({ here, after, between, end }: Readonly<Record<'here' | 'after' | 'between' | 'end', Tensor>>): Tensor {
  const difference = sub(after, here);
  const slope = div(difference, mul(between, 2));
  const isNegative = where(equal(difference, 0), less(between, 0), less(slope, 0));
  return add(sub(end, here), div(between, add(slope, withSign(hypotenuse(slope, 1), isNegative))));
}

/** What a step, or the solution of a pair, leaves at its first places. */
function settle({ diagonal, offDiagonal, basis }: TridiagonalBatch, { from, isPair, isStep }: Range, found: Readonly<Record<'here' | 'between' | 'low' | 'high', Tensor>>): TridiagonalBatch {
  const solved = put(put(diagonal, from, found.low, isPair), add(from, 1), found.high, isPair);
  const cleared = put(offDiagonal, from, zeros(from.shape, diagonal.dtype), isPair);
  return { diagonal: put(solved, from, found.here, isStep), offDiagonal: put(cleared, from, found.between, isStep), basis };
}

function advance({ matrix, position, steps }: State): State {
  const found = nextBlock(matrix, position);
  const { backwards, end, next } = found.position;
  const read = turnRound(found.matrix, backwards);
  const { range, offDiagonal } = findRange(read, found.position);
  const stepped = turnRound(step({ ...read, offDiagonal }, range, backwards), backwards);
  return { matrix: stepped, position: { from: add(range.from, where(range.isPair, 2, 0)), end, backwards, next }, steps: add(steps, 1) };
}

/** The eigenvalues (batch, n), ascending, and the eigenvectors (batch, n, n), in columns. */
export function diagonalize(matrix: TridiagonalBatch): { readonly values: Tensor; readonly vectors: Tensor } {
  const [batch, size] = matrix.diagonal.shape as readonly [Dim, number];
  if (size <= 1) return { values: matrix.diagonal, vectors: matrix.basis };
  const whole = (value: number): Tensor => full([batch], value, 'int32');
  const start: State = { matrix, position: { from: whole(0), end: whole(-1), backwards: full([batch], false, 'bool'), next: whole(0) }, steps: full([], 0, 'int32') };
  const goesOn = ({ position, steps }: State): Tensor =>
    logicalAnd(any(logicalOr(less(position.next, size), lessEqual(position.from, position.end))), less(steps, (stepsPerValue + 1) * size));
  const { diagonal, basis } = whileLoop(goesOn, advance, start).matrix;
  const order = argsort(diagonal);
  const columns = broadcastTo(reshape(order, [batch, 1, size]), [batch, size, size]);
  return { values: takeAlongAxis(diagonal, order, -1, 'clip'), vectors: takeAlongAxis(basis, columns, -1, 'clip') };
}

