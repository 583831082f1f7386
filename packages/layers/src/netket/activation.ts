/** NetKet's activations (`nk.nn.activation`), on real tensors. */
import { log, relu, selu, sinh, tanh, type Tensor } from '@flaxon/tensor';

export { logCosh } from '@flaxon/tensor';

/** log(sinh(x)); NaN below 0 (NetKet: `log_sinh`). */
export const logSinh = (x: Tensor): Tensor => log(sinh(x));

/** log(tanh(x)); NaN below 0 (NetKet: `log_tanh`). */
export const logTanh = (x: Tensor): Tensor => log(tanh(x));

/**
 * What acts on the real and the imaginary part apart, as f(sqrt2 part) / sqrt2 (NetKet: `reim`). A real tensor has one part, without the
 * factors: so `reim(f)` is `f` for the tensors that there are, and models that are written with it keep their meaning.
 */
export const reim = (f: (x: Tensor) => Tensor): ((x: Tensor) => Tensor) => (x) => f(x);

/** `selu`, on the parts of a number (NetKet: `reim_selu`). */
export const reimSelu: (x: Tensor) => Tensor = reim(selu);

/** `relu`, on the parts of a number (NetKet: `reim_relu`). */
export const reimRelu: (x: Tensor) => Tensor = reim(relu);
