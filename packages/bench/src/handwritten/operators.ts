import type { Attribute, Graph } from './graph.js';

/** Short names for the operators that the hand-written graphs use; each adds the nodes and returns the result's name. */

export interface GemmOptions {
  readonly bias?: string;
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
  readonly alpha?: number;
}

/** alpha a b + bias, either factor transposed. */
export function gemm(graph: Graph, a: string, b: string, { bias, transposeA = false, transposeB = false, alpha = 1 }: GemmOptions = {}): string {
  const attributes: Record<string, Attribute> = {};
  if (transposeA) attributes['transA'] = { int: 1 };
  if (transposeB) attributes['transB'] = { int: 1 };
  if (alpha !== 1) attributes['alpha'] = { float: alpha };
  return graph.node('Gemm', bias === undefined ? [a, b] : [a, b, bias], attributes);
}

export const add = (graph: Graph, a: string, b: string): string => graph.node('Add', [a, b]);
export const subtract = (graph: Graph, a: string, b: string): string => graph.node('Sub', [a, b]);
export const multiply = (graph: Graph, a: string, b: string): string => graph.node('Mul', [a, b]);
export const divide = (graph: Graph, a: string, b: string): string => graph.node('Div', [a, b]);
export const sigmoid = (graph: Graph, x: string): string => graph.node('Sigmoid', [x]);

/** The sum over one axis, which stays with size 1. */
export const sumKeeping = (graph: Graph, x: string, axis: number): string =>
  graph.node('ReduceSum', [x, graph.integers([axis])], { keepdims: { int: 1 } });

/** How softplus is written down. All but `operator` lose the relative accuracy of softplus(x) below x = -17, where it is under 6e-8. */
export type SoftplusForm = 'operator' | 'exponential' | 'sigmoid' | 'plain' | 'shared';

/**
 * log(1 + exp(x)). `shared` takes the sigmoid of x, which a derivative needs anyway; the others do without it.
 * - operator: Softplus
 * - exponential: max(x, 0) + log(1 + exp(-|x|))
 * - sigmoid: max(x, 0) - log(sigmoid(|x|))
 * - plain: log(1 + exp(x)), which overflows above 88
 * - shared: x - log(sigmoid(x)), which ORT's Sigmoid makes wrong below -18
 */
export function softplus(graph: Graph, x: string, form: SoftplusForm, sigmoidOfX?: string): string {
  switch (form) {
    case 'operator':
      return graph.node('Softplus', [x]);
    case 'exponential': {
      const power = graph.node('Exp', [graph.node('Neg', [graph.node('Abs', [x])])]);
      return add(graph, graph.node('Relu', [x]), graph.node('Log', [add(graph, power, graph.scalar(1))]));
    }
    case 'sigmoid':
      return subtract(graph, graph.node('Relu', [x]), graph.node('Log', [sigmoid(graph, graph.node('Abs', [x]))]));
    case 'plain':
      return graph.node('Log', [add(graph, graph.node('Exp', [x]), graph.scalar(1))]);
    case 'shared':
      return subtract(graph, x, graph.node('Log', [sigmoidOfX ?? sigmoid(graph, x)]));
  }
}
