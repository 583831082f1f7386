import type { Collection } from '@flaxon/core';
import { PotentialMLP } from '@flaxon/layers';
import { adam, applyUpdates, cosineDecaySchedule } from '@flaxon/optim';
import type { OptimizerState } from '@flaxon/optim';
import { clip, concatenate, div, maximum, mean, mul, reshape, softplus, split, square, stopGradient, sub, sum, tensor, transpose, valueAndGrad, zeros, add } from '@flaxon/tensor';
import type { Tensor } from '@flaxon/tensor';
import { potentialRows } from '../handwritten/neural-dual.js';
import type { NeuralDualSizes } from '../handwritten/neural-dual.js';

export interface NeuralDualState {
  readonly [part: string]: Tensor | OptimizerState;
  /** f above g, in the layout of the hand-written graph. */
  readonly parameters: Tensor;
  readonly optimizer: OptimizerState;
}

export interface Box {
  readonly low: number;
  readonly high: number;
}

/**
 * The training step of the app (apps/transport-map), written against Flaxon's packages on the parameters of the hand-written
 * graph, so that both start from the same numbers.
 */
export function neuralDual(sizes: NeuralDualSizes, box: Box) {
  const { dimension, width, conjugateSteps, trainSteps } = sizes;
  const model = new PotentialMLP({ dimHidden: [width, width, width], actFn: softplus });
  const optimizer = adam(cosineDecaySchedule({ initValue: 1e-3, decaySteps: trainSteps, alpha: 0.01 }), { b1: 0.5, b2: 0.9 });

  /** The parameters of one potential from its rows of the packed matrix. */
  function unpack(rows: Tensor): Collection {
    const ends = [dimension, dimension + 1, dimension + 1 + width, dimension + 2 + width, dimension + 2 + 2 * width, dimension + 3 + 2 * width];
    const [kernel0, bias0, kernel1, bias1, kernel2, bias2, kernel3] = split(rows, ends) as [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor];
    const layer = (kernel: Tensor, bias: Tensor): Collection => ({ kernel, bias: reshape(bias, [width]) });
    return {
      Dense_0: layer(kernel0, bias0),
      Dense_1: layer(kernel1, bias1),
      Dense_2: layer(kernel2, bias2),
      Dense_3: { kernel: transpose(kernel3), bias: zeros([1]) },
    };
  }

  const value = (params: Collection, x: Tensor): Tensor => model.apply({ params }, [x]);
  const map = (params: Collection, x: Tensor): Tensor => model.apply({ params }, [x], { method: 'potentialGradient' });
  const inner = (a: Tensor, b: Tensor): Tensor => sum(mul(a, b), { axis: -1, keepdims: true });

  /** Where grad f is y: gradient steps of Barzilai-Borwein size from `start`. */
  function conjugate(f: Collection, start: Tensor, y: Tensor): Tensor {
    let [x, slope] = [start, sub(map(f, start), y)];
    let step: Tensor | number = 0.3;
    for (let index = 1; ; index++) {
      const next = clip(sub(x, mul(step, slope)), { min: box.low, max: box.high });
      if (index >= conjugateSteps) return next;
      const nextSlope = sub(map(f, next), y);
      const moved = sub(next, x);
      step = clip(div(inner(moved, moved), maximum(inner(moved, sub(nextSlope, slope)), 1e-12)), { min: 0.05, max: 2 });
      [x, slope] = [next, nextSlope];
    }
  }

  function loss(parameters: Tensor, x: Tensor, y: Tensor): readonly [Tensor, readonly [Tensor, Tensor]] {
    const [rowsF, rowsG] = split(parameters, [potentialRows(sizes)]) as [Tensor, Tensor];
    const guess = map(unpack(rowsG), y);
    const solution = stopGradient(conjugate(unpack(stopGradient(rowsF)), stopGradient(guess), y));
    const [atSource, atSolution] = split(value(unpack(rowsF), concatenate([x, solution])), 2) as [Tensor, Tensor];
    const lossF = add(sub(mean(atSource), mean(atSolution)), mean(inner(solution, y)));
    const lossG = mean(sum(square(sub(guess, solution)), { axis: -1 }));
    return [add(lossF, lossG), [lossF, lossG]];
  }

  return {
    init: (packed: Float32Array<ArrayBuffer>): NeuralDualState => {
      const parameters = tensor(packed, { shape: [packed.length / width, width] });
      return { parameters, optimizer: optimizer.init(parameters) };
    },
    /** `x` and `y` are (batch, dimension); the new state and both losses. */
    step: ({ parameters, optimizer: state }: NeuralDualState, x: Tensor, y: Tensor): [NeuralDualState, Tensor, Tensor] => {
      const [[, [lossF, lossG]], gradient] = valueAndGrad(loss, { hasAux: true })(parameters, x, y);
      const [updates, next] = optimizer.update(gradient, state, parameters);
      return [{ parameters: applyUpdates(parameters, updates), optimizer: next }, lossF, lossG];
    },
  };
}
