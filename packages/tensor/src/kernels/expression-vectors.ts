/** Expressions of elementwise operations on larger arrays, with WebAssembly's vectors: pieces of all operands that stay in the cache, one after the other. */
import type { TypedArray } from '../dtype/dtype.js';
import { sizeOf, type StaticShape } from '../shape/shape.js';
import { type Compiled, CompiledFunctions } from './simd/compiled-functions.js';
import { elementBytes, type Expression, laneCount, makeExpression, type Spread } from './simd/expression-module.js';
import type { LaneKind, VectorElement } from './simd/operations.js';
import { workspaceOrNull, type Workspace } from './simd/workspace.js';
import { broadcastNest, Odometer, type SplitNest } from './strides.js';

/** Below this many elements the kernels in TypeScript are done as soon. */
export const leastElements = 1024;
/** Shorter rows would leave most lanes empty. */
const leastColumns = 8;
/** A piece of an operand, at most. */
const mostBytes = 65_536;
/** What the last vector of a piece may go beyond its end. */
const slackBytes = 64;
const functions = new CompiledFunctions(1024);

/** An expression but for the spread of its operands, which depends on shapes, and a text that is the same for the same ones alone. */
export type ExpressionShape = Omit<Expression, 'operands'> & { readonly kinds: readonly LaneKind[]; readonly resultKinds: readonly LaneKind[]; readonly key: string };

export interface ExpressionOperandData {
  readonly data: TypedArray;
  readonly shape: StaticShape;
}

/** A piece of an operand or a result in the workspace. */
interface Place {
  readonly address: number;
  /** The workspace in elements of the array's type. */
  readonly memory: TypedArray;
  readonly bytes: number;
}

const memoryOf = (workspace: Workspace, element: VectorElement, kind: LaneKind): TypedArray => (kind === 'mask' ? workspace.bytes : workspace[element]);

/** What the rows of an operand are: a line of elements each, one element each, or the same for all of them. */
const rowKind = (spread: Spread, rowStride: number, columns: number): 'lines' | 'elements' | 'same' | undefined => {
  if (rowStride === 0) return 'same';
  if (spread === 'each' && rowStride === columns) return 'lines';
  return spread === 'row' && rowStride === 1 ? 'elements' : undefined;
};

type RowKind = NonNullable<ReturnType<typeof rowKind>>;

/** Copies without a call of `set` where a few elements are concerned. */
function put(target: TypedArray, at: number, source: TypedArray, from: number, count: number): void {
  if (count === 1) target[at] = source[from]!;
  else (target as Float32Array).set((source as Float32Array).subarray(from, from + count), at);
}

/**
 * Evaluates the expression for `shape`, to which the operands are broadcast, into the results, arrays of its size; tells whether it could, and wrote nothing
 * if not. The bits are those of the kernels in TypeScript, but for `exp`, `tanh` and `sigmoid`, where one in some hundred thousand float32 numbers may differ by its last bit.
 */
export function runExpression(expression: ExpressionShape, shape: StaticShape, operands: readonly ExpressionOperandData[], results: readonly TypedArray[]): boolean {
  if (sizeOf(shape) < leastElements) return false;
  const nest = broadcastNest(shape, operands.map((operand) => operand.shape));
  const { rows, columns, rowStrides, columnStrides, outer } = nest;
  if (columns < leastColumns || rows * columns < leastElements) return false;
  const spreads: Spread[] = [];
  const rowKinds: RowKind[] = [];
  for (let i = 0; i < operands.length; i++) {
    if (columnStrides[i]! > 1) return false;
    const spread: Spread = columnStrides[i] === 1 ? 'each' : 'row';
    const kind = rowKind(spread, rows === 1 ? 0 : rowStrides[i]!, columns);
    if (kind === undefined) return false;
    spreads.push(spread);
    rowKinds.push(kind);
  }
  const workspace = workspaceOrNull();
  if (workspace === null) return false;
  const { element, kinds, steps, results: values, key } = expression;
  const expressionOf = (): Expression => ({ element, steps, results: values, operands: kinds.map((kind, i) => ({ kind, spread: spreads[i]! })) });
  const run = functions.get(workspace, `${key} ${spreads.join('')}`, (constants) => makeExpression(expressionOf(), constants));
  if (run === null) return false;
  new ExpressionRun(workspace, run, expression, { nest, spreads, rowKinds }, operands, results).all(new Odometer(outer));
  return true;
}

/** One evaluation of an expression. */
class ExpressionRun {
  private readonly run: Compiled;
  private readonly nest: SplitNest;
  private readonly spreads: readonly Spread[];
  private readonly rowKinds: readonly RowKind[];
  private readonly operands: readonly ExpressionOperandData[];
  private readonly results: readonly TypedArray[];
  private readonly operandPlaces: readonly Place[];
  private readonly resultPlaces: readonly Place[];
  private readonly lanes: number;
  private readonly mostColumns: number;
  private readonly mostRows: number;
  private readonly args: number[];

  constructor(
    workspace: Workspace,
    run: Compiled,
    { element, kinds, resultKinds }: ExpressionShape,
    { nest, spreads, rowKinds }: { readonly nest: SplitNest; readonly spreads: readonly Spread[]; readonly rowKinds: readonly RowKind[] },
    operands: readonly ExpressionOperandData[],
    results: readonly TypedArray[],
  ) {
    this.run = run;
    this.nest = nest;
    this.spreads = spreads;
    this.rowKinds = rowKinds;
    this.operands = operands;
    this.results = results;
    this.lanes = laneCount(element);
    const count = operands.length + results.length;
    const blockBytes = Math.min(mostBytes, Math.floor(workspace.size / count / slackBytes) * slackBytes - slackBytes);
    const capacity = blockBytes / elementBytes(element, 'number');
    this.mostColumns = Math.min(nest.columns, capacity);
    this.mostRows = this.mostColumns < nest.columns ? 1 : Math.min(nest.rows, Math.max(1, Math.floor(capacity / nest.columns)));
    const place = (kind: LaneKind, index: number): Place => ({
      address: workspace.start + index * (blockBytes + slackBytes),
      memory: memoryOf(workspace, element, kind),
      bytes: elementBytes(element, kind),
    });
    this.operandPlaces = kinds.map(place);
    this.resultPlaces = resultKinds.map((kind, i) => place(kind, operands.length + i));
    this.args = new Array<number>(2 + 2 * count).fill(0);
  }

  all(odometer: Odometer): void {
    const { rows, columns } = this.nest;
    let start = 0;
    do {
      for (let column = 0; column < columns; column += this.mostColumns) {
        this.piece(odometer.offsets, start, column, Math.min(this.mostColumns, columns - column));
      }
      start += rows * columns;
    } while (odometer.advance());
  }

  /** Some columns of all rows. */
  private piece(offsets: readonly number[], start: number, column: number, columnCount: number): void {
    const { rows, columns } = this.nest;
    const { args, operandPlaces, resultPlaces, mostRows } = this;
    args[1] = Math.ceil(columnCount / this.lanes);
    for (let row = 0; row < rows; row += mostRows) {
      const rowCount = Math.min(mostRows, rows - row);
      args[0] = rowCount;
      operandPlaces.forEach((place, i) => this.load(place, i, offsets[i]!, row, rowCount, column, columnCount));
      resultPlaces.forEach(({ address, bytes }, i) => {
        args[2 + 2 * (operandPlaces.length + i)] = address;
        args[3 + 2 * (operandPlaces.length + i)] = columnCount * bytes;
      });
      this.run(...args);
      resultPlaces.forEach(({ address, bytes, memory }, i) => put(this.results[i]!, start + row * columns + column, memory, address / bytes, rowCount * columnCount));
    }
  }

  private load({ address, memory, bytes }: Place, i: number, offset: number, row: number, rowCount: number, column: number, columnCount: number): void {
    const { data } = this.operands[i]!;
    const kind = this.rowKinds[i]!;
    const first = offset + (this.spreads[i] === 'each' ? column : 0);
    const at = address / bytes;
    this.args[2 + 2 * i] = address;
    this.args[3 + 2 * i] = kind === 'lines' ? columnCount * bytes : kind === 'elements' ? bytes : 0;
    if (kind === 'lines') put(memory, at, data, first + row * this.nest.columns, rowCount * columnCount);
    else if (kind === 'elements') put(memory, at, data, first + row, rowCount);
    // What all rows share stays where it is.
    else if (row === 0) put(memory, at, data, first, this.spreads[i] === 'each' ? columnCount : 1);
  }
}
