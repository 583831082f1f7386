/** The transposition of larger matrices of 32-bit elements with WebAssembly's vectors. */
import { makeTransposition } from './simd/transposition-module.js';
import { type Workspace, workspaceOrNull } from './simd/workspace.js';

const side = 4;
const elementBytes = 4;
/** Elements that are in the workspace at once, on either side. */
const mostElements = 65_536;
/** A piece of a matrix whose lines are not next to each other has at most so many of them. */
const mostLines = 256;
/** Shorter lines are copied one element after the other as fast: a call of `set` costs as much as some dozens of them. */
const shortestLine = 48;
/** What the last square of a line may read beyond its end. */
const slack = 16;
const leastElements = 1024;

type Transpose = (source: number, sourceLine: number, target: number, targetLine: number, across: number, down: number) => void;

// `undefined` before the first use, null where there is no WebAssembly with vectors.
let transpose: Transpose | null | undefined;

function transposeOrNull(workspace: Workspace): Transpose | null {
  if (transpose === undefined) transpose = workspace.compile<'transpose'>(() => ({ transpose: makeTransposition() }))?.transpose ?? null;
  return transpose;
}

const roundUp = (count: number): number => Math.ceil(count / side) * side;

/** Lines of 32-bit elements, `stride` apart. */
export interface Lines {
  readonly data: Int32Array;
  readonly start: number;
  readonly stride: number;
}

/**
 * Copies element i of line j of the source, for i < length and j < lines, to element j of line i of the target; tells whether it could, and wrote nothing if not.
 */
export function transposeVectors(length: number, lines: number, source: Lines, target: Lines): boolean {
  if (length * lines < leastElements || Math.min(length, lines) < side) return false;
  const isDense = { source: source.stride === length, target: target.stride === lines && lines % side === 0 };
  if (!(isDense.source || length >= shortestLine) || !(isDense.target || lines >= shortestLine)) return false;
  // Lines next to each other are copied in one piece, whole; the others in pieces.
  const linesAtOnce = isDense.target && lines < shortestLine ? lines : Math.min(lines, mostLines);
  const most = Math.floor(mostElements / roundUp(linesAtOnce) / side) * side;
  const lengthAtOnce = Math.min(length, most);
  if (lengthAtOnce < length && length < shortestLine) return false;
  const workspace = workspaceOrNull();
  const run = workspace && transposeOrNull(workspace);
  if (!run) return false;
  const { int32: memory, start } = workspace;
  const [from, to] = [start / elementBytes, start / elementBytes + mostElements + slack];
  for (let line = 0; line < lines; line += linesAtOnce) {
    const lineCount = Math.min(linesAtOnce, lines - line);
    const targetLine = roundUp(lineCount);
    for (let at = 0; at < length; at += lengthAtOnce) {
      const count = Math.min(lengthAtOnce, length - at);
      copyLines(lineCount, count, source, source.start + line * source.stride + at, memory, from, count);
      run(start, count * elementBytes, to * elementBytes, targetLine * elementBytes, Math.ceil(count / side), Math.ceil(lineCount / side));
      copyLines(count, lineCount, { data: memory, stride: targetLine }, to, target.data, target.start + at * target.stride + line, target.stride);
    }
  }
  return true;
}

/** Copies lines of `length` elements; those that follow each other on both sides at once. */
function copyLines(lines: number, length: number, source: Pick<Lines, 'data' | 'stride'>, start: number, target: Int32Array, to: number, toStride: number): void {
  const together = source.stride === length && toStride === length;
  const [calls, count] = together ? [1, lines * length] : [lines, length];
  for (let i = 0; i < calls; i++) {
    const first = start + i * source.stride;
    target.set(source.data.subarray(first, first + count), to + i * toStride);
  }
}
