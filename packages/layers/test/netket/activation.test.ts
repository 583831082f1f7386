import { cosh, elu, gelu, grad, log, mul, relu, selu, sinh, sum, tanh, tensor, type Tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { logSinh, logTanh, netket, reim, reimRelu, reimSelu } from '../../src/index.js';
import { differences, elements, expectClose, sample } from '../helpers.js';

const x = sample(1, [7]);
const positive = tensor([0.1, 0.5, 1, 2, 5], { dtype: 'float64' });

describe('activations of NetKet', () => {
  it('logCosh, logSinh and logTanh are the logarithms of the functions', () => {
    expectClose(netket.logCosh(x), elements(log(cosh(x))), 1e-14);
    expectClose(logSinh(positive), elements(log(sinh(positive))), 1e-14);
    expectClose(logTanh(positive), elements(log(tanh(positive))), 1e-14);
  });

  it('logCosh has no limit where cosh overflows', () => {
    expectClose(netket.logCosh(tensor([-1e4, 1e4], { dtype: 'float64' })), [1e4 - Math.LN2, 1e4 - Math.LN2], 1e-15);
  });

  it.each([['logCosh', netket.logCosh, x], ['logSinh', logSinh, positive], ['logTanh', logTanh, positive], ['reimSelu', reimSelu, x]] as const)('%s has the derivative of its differences', (_, f, at) => {
    const derivative = grad((input: Tensor) => sum(f(input)))(at) as Tensor;
    expectClose(derivative, differences((input) => Number(sum(f(tensor(input))).item()), at), 1e-8);
  });

  it('reim leaves functions of real numbers as they are', () => {
    expect(elements(reimSelu(x))).toEqual(elements(selu(x)));
    expect(elements(reimRelu(x))).toEqual(elements(relu(x)));
    expect(elements(reim((t) => elu(gelu(t)))(mul(x, 2)))).toEqual(elements(elu(gelu(mul(x, 2)))));
  });
});
