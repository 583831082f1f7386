/**
 * Gives tensors the functions of the table as methods. The functions need the class, so the class cannot import them: this module
 * does it once, when the package is loaded. It is the only one whose loading does something, and the manifest says so
 * (`sideEffects`), so that a bundler keeps it.
 */
import { matrixTranspose } from '../ops/arrange/turn.js';
import { transpose } from '../ops/shape.js';
import { Tensor } from '../tensor/tensor.js';
import { methods, type TensorMethods } from './table.js';

declare module '../tensor/tensor.js' {
  interface Tensor extends TensorMethods {
    /** The axes in reverse order. */
    readonly T: Tensor;
    /** The last two axes exchanged. */
    readonly mT: Tensor;
  }
}

type AnyFunction = (first: Tensor, ...rest: readonly unknown[]) => unknown;

for (const [name, f] of Object.entries(methods) as [string, AnyFunction][]) {
  const method = { [name](this: Tensor, ...rest: readonly unknown[]): unknown { return f(this, ...rest); } }[name];
  Object.defineProperty(Tensor.prototype, name, { value: method, writable: true, configurable: true });
}
Object.defineProperty(Tensor.prototype, 'T', { get(this: Tensor) { return transpose(this); }, configurable: true });
Object.defineProperty(Tensor.prototype, 'mT', { get(this: Tensor) { return matrixTranspose(this); }, configurable: true });
