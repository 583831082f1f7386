import { describe, expect, it } from 'vitest';
import { add, checkProgram, grad, hvp, linearize, mean, mul, spec, square, sum, type Tensor, trace, valueAndGrad, variance } from '../../src/index.js';

const batch = [spec('float32', ['batch', 3])];

/** The specs of what the program of `f` gives, once it has been checked. */
function outputsOf(f: (x: Tensor) => readonly Tensor[], specs = batch): string[] {
  const { program, captures } = trace((...inputs) => f(inputs[0]!), specs);
  checkProgram(program);
  expect(captures).toEqual([]);
  return program.outputs.map(({ dtype, shape }) => `${dtype}[${shape.map(String).join()}]`);
}

describe('a symbolic size that a value is computed from', () => {
  it('stays with the value when the function is differentiated', () => {
    expect(outputsOf((x) => { const [value, gradient] = valueAndGrad((y: Tensor) => mean(square(y)))(x); return [value, gradient]; })).toEqual(['float32[]', 'float32[batch,3]']);
    expect(outputsOf((x) => [grad((y: Tensor) => variance(y, { ddof: 1 }))(x)])).toEqual(['float32[batch,3]']);
  });

  it('stays with the value under a second derivative', () => {
    const f = (y: Tensor): Tensor => mean(square(mul(y, y)));
    expect(outputsOf((x) => [grad((y: Tensor) => sum(grad(f)(y)))(x)])).toEqual(['float32[batch,3]']);
    expect(outputsOf((x) => hvp(f, [x], [x]))).toEqual(['float32[batch,3]']);
  });

  it('stays with the value of a linearized function, whose map is used later', () =>
    expect(outputsOf((x) => { const [value, map] = linearize((y: Tensor) => mean(square(y)), x); return [add(value, map(x))]; })).toEqual(['float32[]']));
});
