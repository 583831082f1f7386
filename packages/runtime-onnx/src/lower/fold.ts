/** Equations on constants alone are computed at export, by the eager executor. */
import { concrete, type Constant, equalShapes, type Equation, evaluateProgram, isStatic, type Primitive, type Shape, type Tensor, type Variable } from '@flaxon/tensor';
import { constantData, type Value } from '../graph/graph.js';
import type { LoweringContext } from './context.js';
import { elementwiseLowerings } from './elementwise.js';
import type { Lowered } from './lowered.js';

/** Larger results are left to the runtime: the file would only grow. */
const largestFolded = 2 ** 22;

/** These cost nothing as they are, or must not be run here. */
const unfolded: ReadonlySet<Primitive> = new Set<Primitive>(['broadcastTo', 'iota', 'dimension', 'stopGradient', 'checkpointName', 'optimizationBarrier', 'linearCall', 'scan', 'whileLoop']);

const isElementwise = ({ primitive }: Equation): boolean => primitive in elementwiseLowerings;

function tensorOf(value: Value): Tensor {
  const data = constantData(value)!;
  return concrete(data.data, data.shape, data.dtype);
}

const sizeOf = (shape: Shape): number => shape.reduce<number>((size, dim) => size * (isStatic(dim) ? dim : Infinity), 1);

const constantOf = (value: Tensor): Constant => ({ kind: 'constant', value, shape: value.shape, dtype: value.dtype });

/** Runs one equation on `operands`. */
function evaluate(equation: Equation, operands: readonly Tensor[]): Tensor[] {
  const outputs = equation.outputs.map(({ dtype }): Variable => ({ kind: 'variable', shape: [], dtype }));
  const alone = { ...equation, inputs: operands.map(constantOf), outputs } as Equation;
  return evaluateProgram({ inputs: [], equations: [alone], outputs }, []);
}

/**
 * The outputs of `equation` as constants; undefined where it has operands that are none. Elementwise functions are computed on
 * the elements that are there, and stay broadcast; others only where nothing is broadcast.
 */
export function foldConstants(context: LoweringContext, equation: Equation, inputs: readonly Lowered[]): readonly Lowered[] | undefined {
  if (inputs.length === 0 || unfolded.has(equation.primitive)) return undefined;
  if (!inputs.every(({ value }) => constantData(value))) return undefined;
  const elementwise = isElementwise(equation);
  const isWhole = inputs.every(({ value, shape }) => equalShapes(value.shape, shape));
  if (!elementwise && !isWhole) return undefined;
  if (!elementwise && equation.outputs.some(({ shape }) => sizeOf(shape) > largestFolded)) return undefined;
  const results = evaluate(equation, inputs.map(({ value }) => tensorOf(value)));
  return results.map((result, i) => {
    const constant = context.constant(result);
    return elementwise ? { value: constant.value, shape: equation.outputs[i]!.shape } : constant;
  });
}
