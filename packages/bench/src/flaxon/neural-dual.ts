import type { Collection } from '@flaxon/core';
import { PotentialMLP } from '@flaxon/layers';
import { adam, applyUpdates, cosineDecaySchedule } from '@flaxon/optim';
import type { OptimizerState } from '@flaxon/optim';
import { add, reshape, softplus, split, stopGradient, tensor, transpose, valueAndGrad, zeros } from '@flaxon/tensor';
import type { Tensor } from '@flaxon/tensor';
import { amortizedDualLosses, conjugateDefaults } from '@flaxon/transport';
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

  function loss(parameters: Tensor, x: Tensor, y: Tensor): readonly [Tensor, readonly [Tensor, Tensor]] {
    const [rowsF, rowsG] = split(parameters, [potentialRows(sizes)]) as [Tensor, Tensor];
    const [f, fixed, g] = [unpack(rowsF), unpack(stopGradient(rowsF)), unpack(rowsG)];
    const potentials = { value: (points: Tensor) => value(f, points), fixedGradient: (points: Tensor) => map(fixed, points), guess: (points: Tensor) => map(g, points) };
    const { lossF, lossG } = amortizedDualLosses(potentials, x, y, { ...conjugateDefaults, iterations: conjugateSteps, box });
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
