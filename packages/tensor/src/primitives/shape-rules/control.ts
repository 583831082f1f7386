import { ShapeError } from '../../errors/errors.js';
import { formatSpec, type Spec } from '../../shape/shape.js';
import type { HigherOrderPrimitive } from '../../kernels/kernel.js';
import type { ShapeRule } from './rule.js';

const plain = ({ shape, dtype }: Spec): Spec => ({ shape, dtype });

function requireSpecs(operation: string, expected: readonly Spec[], found: readonly Spec[]): void {
  const want = expected.map(formatSpec);
  const got = found.map(formatSpec);
  if (want.join() !== got.join()) throw new ShapeError(operation, got, `the body takes ${want.join(', ')}`);
}

const whileLoop: ShapeRule<'whileLoop'> = (inputs, { condition, body, conditionConstants, bodyConstants }) => {
  const carry = inputs.slice(conditionConstants + bodyConstants);
  requireSpecs('whileLoop condition', condition.inputs, [...inputs.slice(0, conditionConstants), ...carry]);
  requireSpecs('whileLoop condition', [{ dtype: 'bool', shape: [] }], condition.outputs);
  requireSpecs('whileLoop', body.inputs, inputs.slice(conditionConstants));
  requireSpecs('whileLoop carry', carry, body.outputs);
  return carry.map(plain);
};

const switchCase: ShapeRule<'switchCase'> = ([index, ...operands], { branches }) => {
  requireSpecs('switchCase index', [{ dtype: 'int32', shape: [] }], [index!]);
  for (const branch of branches) {
    requireSpecs('switchCase', branch.inputs, operands);
    requireSpecs('switchCase branches', branches[0]!.outputs, branch.outputs);
  }
  return branches[0]!.outputs.map(plain);
};

export const controlShapeRules: { readonly [P in HigherOrderPrimitive]: ShapeRule<P> } = {
  call: (inputs, { name, body }) => {
    requireSpecs(name, body.inputs, inputs);
    return body.outputs.map(plain);
  },
  checkpoint: (inputs, { body }) => {
    requireSpecs('checkpoint', body.inputs, inputs);
    return body.outputs.map(plain);
  },
  linearCall: (_, { outputs }) => outputs.map(plain),
  scan: (inputs, { body, constants, carry, length }) => {
    const slices = inputs.slice(constants + carry).map((x, i): Spec => {
      if (x.shape[0] !== length) throw new ShapeError('scan', [formatSpec(x)], `input ${i} of \`xs\` must have leading size ${String(length)}`);
      return { shape: x.shape.slice(1), dtype: x.dtype };
    });
    requireSpecs('scan', body.inputs, [...inputs.slice(0, constants + carry), ...slices]);
    requireSpecs('scan carry', body.inputs.slice(constants, constants + carry), body.outputs.slice(0, carry));
    const stacked = body.outputs.slice(carry).map(({ shape, dtype }): Spec => ({ shape: [length, ...shape], dtype }));
    return [...body.outputs.slice(0, carry).map(plain), ...stacked];
  },
  whileLoop,
  switchCase,
};
