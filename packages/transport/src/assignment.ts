import { add, arange, argmin, astype, dynamicSlice, equal, expandDims, foriLoop, formatShape, full, greaterEqual, isFloating, less, logicalAnd, logicalNot, logicalOr, mean, reshape, ShapeError, square, sub, sum, take, takeAlongAxis, where, whileLoop, zeros, type Tensor } from '@flaxon/tensor';

/** A partial assignment of rows to columns, -1 where there is none yet, with prices of the columns. */
type Matching = { readonly columnOfRow: Tensor; readonly rowOfColumn: Tensor; readonly price: Tensor };

type Search = {
  /** How far each column is from the free row, as far as is known. */
  readonly distance: Tensor;
  /** The row before each column on the way to it. */
  readonly previous: Tensor;
  readonly reached: Tensor;
  /** The row whose edges are next, and what a step from it adds to. */
  readonly row: Tensor;
  readonly offset: Tensor;
  readonly shortest: Tensor;
  readonly sink: Tensor;
};

/** `x` with `value` at the index `at`. */
const put = (x: Tensor, at: Tensor, value: Tensor): Tensor => where(equal(arange(x.shape[0] as number), at), value, x);

/**
 * The column of each row, int32 (n), in the one-to-one assignment of least cost, of costs (n, n): by shortest augmenting paths, in
 * O(n^3) (Jonker and Volgenant, "A shortest augmenting path algorithm for dense and sparse linear assignment problems", 1987). Traces.
 * @throws ShapeError
 */
export function assignment(costs: Tensor): Tensor {
  const n = costs.shape[0];
  if (costs.rank !== 2 || typeof n !== 'number' || costs.shape[1] !== n) throw new ShapeError('assignment', [formatShape(costs.shape)], 'costs must be (n, n), n a number');
  const none = full([n], -1, 'int32');
  const start: Matching = { columnOfRow: none, rowOfColumn: none, price: zeros([n], costs.dtype) };
  return foriLoop(0, n, (row, matching) => augment(costs, n, row, matching), start).columnOfRow;
}

/** The matching with one more row in it, along the shortest path from that row to a free column. */
function augment(costs: Tensor, n: number, free: Tensor, { columnOfRow, rowOfColumn, price }: Matching): Matching {
  const infinite = full([n], Infinity, costs.dtype);
  const zero = zeros([], costs.dtype);
  const start: Search = { distance: infinite, previous: zeros([n], 'int32'), reached: zeros([n], 'bool'), row: free, offset: zero, shortest: zero, sink: full([], -1, 'int32') };
  const { distance, previous, reached, shortest, sink } = whileLoop((search) => less(search.sink, 0), (search) => reachNext(costs, n, { rowOfColumn, price }, search), start);
  const flipped = whileLoop(
    ({ column }) => greaterEqual(column, 0),
    ({ column, columnOfRow: columns, rowOfColumn: rows }) => {
      const row = take(previous, column);
      const next = where(equal(row, free), -1, take(columns, row));
      return { column: next, columnOfRow: put(columns, row, column), rowOfColumn: put(rows, column, row) };
    },
    { column: sink, columnOfRow, rowOfColumn },
  );
  // Prices of what the search reached, so that reduced costs stay from 0 on and those of the matching 0.
  return { columnOfRow: flipped.columnOfRow, rowOfColumn: flipped.rowOfColumn, price: where(reached, sub(add(price, distance), shortest), price) };
}

/** The nearest column that was not reached, and the row that has it: if none has, it is the end of the path. */
function reachNext(costs: Tensor, n: number, { rowOfColumn, price }: Omit<Matching, 'columnOfRow'>, { distance, previous, reached, row, offset }: Search): Search {
  const reduced = sub(reshape(dynamicSlice(costs, [row, 0], [1, n]), [n]), price);
  const through = add(reduced, offset);
  const isNearer = logicalAnd(logicalNot(reached), less(through, distance));
  const nearer = where(isNearer, through, distance);
  const column = argmin(where(reached, Infinity, nearer));
  const shortest = take(nearer, column);
  const owner = take(rowOfColumn, column);
  const isFree = less(owner, 0);
  const next = where(isFree, 0, owner);
  const own = sub(reshape(dynamicSlice(costs, [next, column], [1, 1]), []), take(price, column));
  return {
    distance: nearer,
    previous: where(isNearer, row, previous),
    reached: logicalOr(reached, equal(arange(n), column)),
    row: next,
    offset: sub(shortest, own),
    shortest,
    sink: where(isFree, column, -1),
  };
}

/**
 * The least mean of squared distances over all one-to-one pairings of two clouds of points, x and y: (n, d), to a scalar: the squared
 * Wasserstein distance of order 2 between them. Exact; traces. @throws ShapeError
 */
export function assignmentW2Squared(x: Tensor, y: Tensor): Tensor {
  if (x.rank !== 2 || formatShape(x.shape) !== formatShape(y.shape)) throw new ShapeError('assignmentW2Squared', [formatShape(x.shape), formatShape(y.shape)], 'both clouds must be (n, d), with as many points');
  const costs = sum(square(sub(expandDims(astype(x, 'float64'), 1), expandDims(astype(y, 'float64'), 0))), { axis: -1 });
  const columns = assignment(costs);
  const distance = mean(takeAlongAxis(costs, expandDims(columns, 1), 1));
  return isFloating(x.dtype) ? astype(distance, x.dtype) : distance;
}
