/** `Gemm`: alpha A' B' + beta C, where ' transposes or not and C broadcasts to the product. */
import { isFloating, type Shape } from '@flaxon/tensor';
import { type Attributes, float, int, type Node, type Value } from '../graph/graph.js';

export interface Gemm {
  readonly a: Value;
  readonly b: Value;
  readonly c: Value | undefined;
  readonly alpha: number;
  readonly beta: number;
  readonly transA: boolean;
  readonly transB: boolean;
}

function numberOf(attributes: Attributes, name: string, otherwise: number): number {
  const attribute = attributes[name];
  return attribute && (attribute.kind === 'float' || attribute.kind === 'int') ? Number(attribute.value) : otherwise;
}

/** What `node` computes, where it is a `Gemm`. */
export function readGemm(node: Node | undefined): Gemm | undefined {
  if (node?.op !== 'Gemm' || node.domain !== '') return undefined;
  const { attributes, inputs } = node;
  return {
    a: inputs[0]!,
    b: inputs[1]!,
    c: inputs[2],
    alpha: numberOf(attributes, 'alpha', 1),
    beta: numberOf(attributes, 'beta', 1),
    transA: numberOf(attributes, 'transA', 0) !== 0,
    transB: numberOf(attributes, 'transB', 0) !== 0,
  };
}

/** The operands and attributes of a `Gemm`. */
export function writeGemm({ a, b, c, alpha, beta, transA, transB }: Gemm): { readonly op: 'Gemm'; readonly inputs: readonly Value[]; readonly attributes: Attributes } {
  return {
    op: 'Gemm',
    inputs: c ? [a, b, c] : [a, b],
    attributes: {
      ...(alpha === 1 ? {} : { alpha: float(alpha) }),
      ...(c && beta !== 1 ? { beta: float(beta) } : {}),
      ...(transA ? { transA: int(1) } : {}),
      ...(transB ? { transB: int(1) } : {}),
    },
  };
}

/** True where `c` broadcasts to `product` in one direction, as C must. */
export function broadcastsTo(c: Shape, product: Shape): boolean {
  return c.length <= product.length && c.every((dim, axis) => dim === 1 || dim === product[axis + product.length - c.length]);
}

/** Alpha and beta are float32 attributes: a float64 factor may lose digits there. */
export const isExactFactor = (factor: number, value: Value): boolean => isFloating(value.dtype) && (value.dtype !== 'float64' || Math.fround(factor) === factor);
