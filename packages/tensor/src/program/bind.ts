import { ShapeError } from '../errors/errors.js';
import type { Primitive, PrimitiveParams } from '../primitives/params.js';
import { shapeRule } from '../primitives/shape-rules/index.js';
import { SymbolicDim } from '../shape/dim.js';
import { formatShape, isStaticShape, type Shape, type Spec } from '../shape/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { evaluate } from './evaluate.js';
import { interpret } from './interpret.js';
import type { Program } from './program.js';
import { currentTrace, type Trace, traceOf, traceOfAxis } from './trace.js';

/**
 * Applies a primitive: at once by the eager kernels where all operands are concrete, else as an equation of the innermost
 * trace among the operands.
 */
export function bind<P extends Primitive>(primitive: P, inputs: readonly Tensor[], params: PrimitiveParams[P]): Tensor[] {
  const outputs = shapeRule(primitive, inputs, params);
  const trace = innermost(traceOf(primitive, inputs), axisTrace(primitive, params));
  if (trace) return trace.add(primitive, inputs, params, outputs);
  const symbolic = symbolicShape(params, outputs);
  if (symbolic === undefined) return evaluate(primitive, inputs, params, outputs);
  const current = currentTrace();
  if (current) return current.add(primitive, inputs, params, outputs);
  throw new ShapeError(primitive, [formatShape(symbolic)], 'a symbolic dimension has a size only inside a traced function');
}

/** Where the axis that an equation names is bound: what is the same for all examples belongs there too. */
const axisTrace = (primitive: Primitive, params: object): Trace | undefined =>
  'axisName' in params && typeof params.axisName === 'string' ? traceOfAxis(primitive, params.axisName).trace : undefined;

const innermost = (a: Trace | undefined, b: Trace | undefined): Trace | undefined => (a === undefined || (b !== undefined && b.level > a.level) ? b : a);

/** A shape (or the one dimension asked for) whose size is not a number. */
function symbolicShape(params: object, outputs: readonly Spec[]): Shape | undefined {
  if ('size' in params && params.size instanceof SymbolicDim) return [params.size];
  return outputs.find((output) => !isStaticShape(output.shape))?.shape;
}

/** `bind` for a primitive with one output. */
export function bindOne<P extends Primitive>(primitive: P, inputs: readonly Tensor[], params: PrimitiveParams[P]): Tensor {
  return bind(primitive, inputs, params)[0]!;
}

/** Runs a program on tensors, concrete or traced: what is traced becomes equations of the enclosing traces. */
export function runProgram(program: Program, inputs: readonly Tensor[]): Tensor[] {
  return interpret(program, inputs, bind);
}
