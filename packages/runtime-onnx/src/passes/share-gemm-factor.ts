import { tensorData } from '../graph/constants.js';
import type { Node, Value } from '../graph/graph.js';
import { readScaled } from './fuse-gemm-factor.js';
import { isExactFactor, readGemm, writeGemm } from './gemm.js';
import { makeConstant, type Pass, rewritePass } from './pass.js';
import type { Uses } from './uses.js';

/** Squares of what is scaled by less would lose digits, or leave the range. */
const smallestFactor = 2 ** -10;

/** How a node reads a product p that is to be scaled. */
type Reading =
  /** Case 1: p times a number. */
  | { readonly kind: 'scaled'; readonly node: Node; readonly factor: number }
  /** Case 2: p p, which others read times numbers alone. */
  | { readonly kind: 'square'; readonly square: Value; readonly scaled: readonly { readonly node: Node; readonly factor: number }[] };

function readingOf(product: Value, node: Node, uses: Uses): Reading | undefined {
  const scaled = readScaled(node);
  if (scaled?.value === product) return { kind: 'scaled', node, factor: scaled.factor };
  const square = node.outputs[0]!;
  if (node.op !== 'Mul' || node.domain !== '' || node.inputs.some((input) => input !== product) || uses.isOutput(square)) return undefined;
  const readers = uses.readersOf(square).map((reader) => ({ node: reader, of: readScaled(reader) }));
  return readers.every(({ of }) => of?.value === square) ? { kind: 'square', square, scaled: readers.map(({ node: reader, of }) => ({ node: reader, factor: of!.factor })) } : undefined;
}

/** Where p = `Gemm(...)` is read as c p, and beside it as k p^2: p' = c p by alpha, and (k / c^2) p'^2. */
function shareFactor(node: Node, uses: Uses): boolean {
  const gemm = readGemm(node);
  const [product] = node.outputs;
  if (!gemm || uses.isOutput(product!)) return false;
  const readings = uses.readersOf(product!).map((reader) => readingOf(product!, reader, uses));
  const first = readings.find((reading) => reading?.kind === 'scaled');
  if (first?.kind !== 'scaled' || !readings.some((reading) => reading?.kind === 'square')) return false;
  const { factor } = first;
  const isShared = (reading: Reading | undefined): reading is Reading => reading !== undefined && (reading.kind === 'square' || reading.factor === factor);
  if (Math.abs(factor) > 1 || Math.abs(factor) < smallestFactor || !readings.every(isShared)) return false;
  const [alpha, beta] = [factor * gemm.alpha, factor * gemm.beta];
  if (!isExactFactor(alpha, product!) || (gemm.c && !isExactFactor(beta, product!))) return false;
  uses.rewrite(node, writeGemm({ ...gemm, alpha, beta }));
  for (const reading of readings) {
    if (reading.kind === 'scaled') uses.replace(reading.node.outputs[0]!, product!);
    else for (const one of reading.scaled) uses.rewrite(one.node, { op: 'Mul', inputs: [reading.square, makeConstant(tensorData(reading.square.dtype, [], [one.factor / factor ** 2]))], attributes: {} });
  }
  return true;
}

/**
 * The running mean and mean square of a gradient (Adam) read it times 1 - b1 and, squared, times 1 - b2: the first factor goes into the `Gemm` that makes
 * the gradient, which is one product of whole arrays less.
 */
export const shareGemmFactor: Pass = rewritePass(shareFactor);
