/** Functions of rows of float32 numbers, with WebAssembly's vectors. */
import { makeRowFunctions, type RowFunction } from './simd/rows-module.js';
import { type Workspace, workspaceOrNull } from './simd/workspace.js';

const lanes = 4;
const elementBytes = 4;
/** Below this many elements the decomposition is done as soon. */
const leastElements = 1024;

type Functions = Readonly<Record<RowFunction, (...args: number[]) => void>>;

// `undefined` before the first use, null where there is no WebAssembly with vectors.
let functions: Functions | null | undefined;

function functionsOrNull(workspace: Workspace): Functions | null {
  functions ??= workspace.compile<RowFunction>(makeRowFunctions);
  return functions;
}

const roundUp = (count: number): number => Math.ceil(count / lanes) * lanes;

/** Some lines of the workspace beside the rows, for what all rows share. */
interface Shared {
  readonly scale: Float32Array | undefined;
  readonly bias: Float32Array | undefined;
  readonly epsilon: number;
}

/** Rows of x, as many at once as the workspace holds, each filled up to whole vectors with `filler`, through `run`. */
function throughWorkspace(
  workspace: Workspace, x: Float32Array, columns: number, filler: number, firstByte: number,
  run: (address: number, rows: number, rowBytes: number) => void,
): Float32Array<ArrayBuffer> {
  const { float32: memory } = workspace;
  const stride = roundUp(columns);
  const first = firstByte / elementBytes;
  const mostRows = Math.max(1, Math.floor(Math.min(rowsBytes, workspace.start + workspace.size - firstByte) / (stride * elementBytes)));
  const out = new Float32Array(x.length);
  const count = x.length / columns;
  for (let row = 0; row < count; row += mostRows) {
    const rows = Math.min(mostRows, count - row);
    if (stride === columns) memory.set(x.subarray(row * columns, (row + rows) * columns), first);
    else {
      memory.fill(filler, first, first + rows * stride);
      for (let i = 0; i < rows; i++) memory.set(x.subarray((row + i) * columns, (row + i + 1) * columns), first + i * stride);
    }
    run(firstByte, rows, stride * elementBytes);
    if (stride === columns) out.set(memory.subarray(first, first + rows * columns), row * columns);
    else for (let i = 0; i < rows; i++) out.set(memory.subarray(first + i * stride, first + i * stride + columns), (row + i) * columns);
  }
  return out;
}

/** Rows that are in the workspace at once, so that they stay near. */
const rowsBytes = 131_072;

/** The softmax of each row of `columns` elements; null where the decomposition is to do it. */
export function softmaxVectors(x: Float32Array, columns: number): Float32Array<ArrayBuffer> | null {
  const workspace = x.length < leastElements ? null : workspaceOrNull();
  if (workspace === null || (columns + lanes) * elementBytes > workspace.size) return null;
  const softmax = functionsOrNull(workspace)?.softmax;
  return softmax === undefined ? null : throughWorkspace(workspace, x, columns, -Infinity, workspace.start, softmax);
}

/** The bytes of the numbers before the shared lines. */
const numbersBytes = 64;

/** (x - mean) (scale / sqrt(variance + epsilon)) + bias of each row of `columns` elements, or x by the root of its mean square; null where the decomposition is to do it. */
export function normalizeVectors(name: 'layerNorm' | 'rmsNorm', x: Float32Array, columns: number, { scale, bias, epsilon }: Shared): Float32Array<ArrayBuffer> | null {
  const workspace = x.length < leastElements ? null : workspaceOrNull();
  const lineBytes = roundUp(columns) * elementBytes;
  if (workspace === null || numbersBytes + 3 * lineBytes > workspace.size) return null;
  const normalize = functionsOrNull(workspace)?.[name];
  if (normalize === undefined) return null;
  const scales = workspace.start + numbersBytes;
  const biases = scales + lineBytes;
  workspace.float64.set([1 / columns, epsilon], workspace.start / 8);
  for (const [line, address, filler] of [[scale, scales, 1], [bias, biases, 0]] as const) {
    const at = address / elementBytes;
    if (line === undefined) workspace.float32.fill(filler, at, at + columns);
    else workspace.float32.set(line, at);
  }
  return throughWorkspace(workspace, x, columns, 0, biases + lineBytes, (address, rows, rowBytes) => normalize(address, rows, rowBytes, workspace.start, scales, biases));
}
