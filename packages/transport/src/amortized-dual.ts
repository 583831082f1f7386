import { add, concatenate, mean, mul, split, square, sub, sum, type Tensor } from '@flaxon/tensor';
import { conjugatePoint, type ConjugateOptions } from './barzilai-borwein.js';

/** Two potentials as functions of points, (n, d). */
export interface AmortizedDual {
  /** f: (n, d) to (n). */
  readonly value: (x: Tensor) => Tensor;
  /** grad f, of parameters that are held constant: (n, d) to the same. */
  readonly fixedGradient: (x: Tensor) => Tensor;
  /** grad g, which guesses where the conjugate of f is: (n, d) to the same. */
  readonly guess: (y: Tensor) => Tensor;
}

/** The losses of a step, scalars. */
export type AmortizedDualLosses = {
  /** mean f(x) + mean(<x*, y> - f(x*)): the dual of the transport problem, which f makes small. */
  readonly lossF: Tensor;
  /** mean |grad g(y) - x*|^2: how far g's first guess is from the conjugate point x*. */
  readonly lossG: Tensor;
};

/**
 * Both losses of the neural dual with g learning to guess conjugate points, which `conjugatePoint` then finds from there on, in a number of
 * steps that is fixed; x and y are (n, d). Each loss depends on the parameters of its own potential alone, so that the gradient of their sum
 * is both gradients. Source: Amos, "On amortizing convex conjugates for optimal transport", 2023. (`neuralDualGradients` is OTT's, which
 * searches to the end.)
 */
export function amortizedDualLosses({ value, fixedGradient, guess: guessOf }: AmortizedDual, x: Tensor, y: Tensor, options: ConjugateOptions): AmortizedDualLosses {
  const guess = guessOf(y);
  const conjugate = conjugatePoint(fixedGradient, y, guess, options);
  const [atSource, atConjugate] = split(value(concatenate([x, conjugate])), 2) as [Tensor, Tensor];
  return {
    lossF: add(sub(mean(atSource), mean(atConjugate)), mean(sum(mul(conjugate, y), { axis: -1 }))),
    lossG: mean(sum(square(sub(guess, conjugate)), { axis: -1 })),
  };
}
