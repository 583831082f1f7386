import { PotentialMLP } from '@flaxon/layers';
import { adam, applyUpdates, cosineDecaySchedule } from '@flaxon/optim';
import type { OptimizerState } from '@flaxon/optim';
import type { Collection } from '@flaxon/core';
import { amortizedDualLosses, conjugateDefaults } from '@flaxon/transport';
import type { AmortizedDualLosses, ConjugateOptions } from '@flaxon/transport';
import { add, random, softplus, stopGradient, tree, valueAndGrad, zeros } from '@flaxon/tensor';
import type { Tensor } from '@flaxon/tensor';

import { createPacking } from './packing.js';

export interface DualOptions {
  /** Coordinates of a point. */
  readonly dimension: number;
  /** Widths of the hidden layers of both potentials. */
  readonly hidden: readonly number[];
  /** Steps over which the learning rate falls along a cosine. */
  readonly decaySteps: number;
  /** Where the solutions of the conjugate problem may lie. */
  readonly box: ConjugateOptions['box'];
}

/** The parameters of both potentials. */
export type Potentials = {
  readonly f: Collection;
  readonly g: Collection;
};

/** What a training step takes and gives: the packed parameters of both potentials, and the optimiser's state for them. */
export type DualState = {
  readonly parameters: Tensor;
  readonly optimizer: OptimizerState;
};

/** The losses of a step, scalars; where steps are scanned, (steps). */
export type DualLosses = AmortizedDualLosses;

const learningRate = { first: 1e-3, last: 1e-5 };

/**
 * The neural dual of optimal transport with squared distance as its cost: two potentials f and g, such that at the optimum grad f
 * takes the source to the target, and grad g the target to the source. All functions are pure; `step` and `map` can be traced, so
 * each becomes one graph.
 *
 * Sources: A. Makkuva et al., "Optimal transport mapping via input convex neural networks", ICML 2020; B. Amos, "On amortizing convex
 * conjugates for optimal transport", ICLR 2023; ott.neural.methods.neuraldual.W2NeuralDual with a regression loss for g.
 */
export function createNeuralDual({ dimension, hidden, decaySteps, box }: DualOptions) {
  const model = new PotentialMLP({ dimHidden: [...hidden], actFn: softplus });
  const initial = (key: Tensor): Collection => model.init(key, [zeros([1, dimension])]).params!;
  const packing = createPacking<Potentials>(potentialsFrom(random.key(0)), hidden[0]!);
  const optimizer = adam(cosineDecaySchedule({ initValue: learningRate.first, decaySteps, alpha: learningRate.last / learningRate.first }), { b1: 0.5, b2: 0.9 });

  function potentialsFrom(key: Tensor): Potentials {
    return { f: initial(random.foldIn(key, 0)), g: initial(random.foldIn(key, 1)) };
  }

  /** f(x) for each row of x: (samples, dimension) to (samples). */
  const value = (parameters: Collection, x: Tensor): Tensor => model.apply({ params: parameters }, [x]);

  /** grad f(x) for each row of x: (samples, dimension) to the same. The transport map, when `parameters` are those of f. */
  const map = (parameters: Collection, x: Tensor): Tensor => model.apply({ params: parameters }, [x], { method: 'potentialGradient' });

  /** The sum of both losses: each depends on the parameters of its own potential alone, so its gradient is both gradients. */
  function loss({ f, g }: Potentials, x: Tensor, y: Tensor): readonly [Tensor, DualLosses] {
    const fixed = tree.map((leaf: Tensor) => stopGradient(leaf), f) as Collection;
    const potentials = { value: (points: Tensor) => value(f, points), fixedGradient: (points: Tensor) => map(fixed, points), guess: (points: Tensor) => map(g, points) };
    const losses = amortizedDualLosses(potentials, x, y, { ...conjugateDefaults, box });
    return [add(losses.lossF, losses.lossG), losses];
  }

  /** One training step on a batch of source points x and target points y, both (batch, dimension). */
  function step(state: DualState, x: Tensor, y: Tensor): [DualState, DualLosses] {
    const [[, losses], gradient] = valueAndGrad(loss, { hasAux: true })(packing.unpack(state.parameters), x, y);
    const [updates, next] = optimizer.update(packing.pack(gradient), state.optimizer, state.parameters);
    return [{ parameters: applyUpdates(state.parameters, updates), optimizer: next }, losses];
  }

  return {
    model,
    /** A state with fresh parameters. */
    init(key: Tensor): DualState {
      const parameters = packing.pack(potentialsFrom(key));
      return { parameters, optimizer: optimizer.init(parameters) };
    },
    step,
    map,
    value,
    /** The parameters in a state. */
    potentials: (state: DualState): Potentials => packing.unpack(state.parameters),
  };
}

export type NeuralDual = ReturnType<typeof createNeuralDual>;
