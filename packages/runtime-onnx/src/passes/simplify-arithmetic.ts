import { equalShapes, isFloating } from '@flaxon/tensor';
import { scalarValue } from '../emit/arithmetic.js';
import { tensorData } from '../graph/constants.js';
import { type Node, producerOf, type Value } from '../graph/graph.js';
import { readScaled } from './fuse-gemm-factor.js';
import { makeConstant, type Pass, rewritePass } from './pass.js';
import type { Uses } from './uses.js';

/** The operand that `node` gives back unchanged. Case 1: x * 1, x / 1. Case 2: x - 0, x + -0. Case 3: an identity. */
function unchanged(node: Node): Value | undefined {
  const [x, y] = node.inputs;
  switch (node.op) {
    case 'Identity':
      return x;
    case 'Mul':
      return scalarValue(y) === 1 ? x : scalarValue(x) === 1 ? y : undefined;
    case 'Div':
      return scalarValue(y) === 1 ? x : undefined;
    case 'Sub':
      return Object.is(scalarValue(y), 0) ? x : undefined;
    case 'Add':
      return isNegativeZero(y) ? x : isNegativeZero(x) ? y : undefined;
    default:
      return undefined;
  }
}

/** x + 0 is not x for x = -0. Integers have one zero. */
const isNegativeZero = (value: Value | undefined): boolean => {
  const number = scalarValue(value);
  return number === 0 && (Object.is(number, -0) || !isFloating(value!.dtype));
};

function dropUnchanged(node: Node, uses: Uses): boolean {
  if (node.domain !== '') return false;
  const [output] = node.outputs;
  const same = unchanged(node);
  if (!same || uses.isUnused(output!) || !equalShapes(same.shape, output!.shape)) return false;
  uses.replace(output!, same);
  return true;
}

const isPowerOfTwo = (x: number): boolean => x !== 0 && Number.isInteger(Math.log2(Math.abs(x)));

/** p q where (x p) q and x (p q) are the same number for every x: one of them is a power of two. */
function product(p: number, q: number, { dtype }: Value): number | undefined {
  const value = p * q;
  return isFloating(dtype) && Number.isFinite(value) && value !== 0 && (isPowerOfTwo(p) || isPowerOfTwo(q)) ? value : undefined;
}

/** Division by a number is a product with its reciprocal where that is exact. */
const readExactlyScaled = (node: Node | undefined): ReturnType<typeof readScaled> => {
  const scaled = readScaled(node);
  return scaled && (node?.op !== 'Div' || isPowerOfTwo(scaled.factor)) ? scaled : undefined;
};

/** (x p) q is x (p q), where nobody else reads x p. Samples must keep their bits, so only where it is exact. */
function mergeFactors(node: Node, uses: Uses): boolean {
  const outer = readExactlyScaled(node);
  const inner = readExactlyScaled(producerOf(outer?.value));
  if (!outer || !inner || !uses.isOnlyReadBy(outer.value, node)) return false;
  const factor = product(outer.factor, inner.factor, outer.value);
  if (factor === undefined) return false;
  uses.rewrite(node, { op: 'Mul', inputs: [inner.value, makeConstant(tensorData(outer.value.dtype, [], [factor]))], attributes: {} });
  return true;
}

/** x p + x p is x 2p: the derivative of a square comes so. */
function mergeEqualTerms(node: Node, uses: Uses): boolean {
  const [x, y] = node.inputs;
  if (node.op !== 'Add' || node.domain !== '' || x !== y || uses.isUnused(node.outputs[0]!)) return false;
  const scaled = readExactlyScaled(producerOf(x));
  const factor = scaled && product(2, scaled.factor, scaled.value);
  if (!scaled || factor === undefined) return false;
  uses.rewrite(node, { op: 'Mul', inputs: [scaled.value, makeConstant(tensorData(scaled.value.dtype, [], [factor]))], attributes: {} });
  return true;
}

/** Products and sums with known numbers that are none, or fewer. */
export const simplifyArithmetic: Pass = rewritePass(dropUnchanged, mergeFactors, mergeEqualTerms);
