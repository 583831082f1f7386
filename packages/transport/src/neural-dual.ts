import type { Collection, Module, Variables } from '@flaxon/core';
import { add, ArgumentError, greater, maximum, mean, mul, neg, relu, sqrt, square, stopGradient, sub, sum, tree, valueAndGrad, where, zeros, type Tensor, type Tree } from '@flaxon/tensor';
import { fenchelConjugate, type ConjugateSolverOptions } from './fenchel-conjugate.js';

/** A network of `@flaxon/layers` with the methods of a potential, such as `PotentialMLP` or `ICNN`. */
export type PotentialNetwork = Module & {
  call(x: Tensor): Tensor;
  potentialValue(x: Tensor, other?: (points: Tensor) => Tensor): Tensor;
  potentialGradient(x: Tensor): Tensor;
};

/** The networks of both potentials. */
export interface DualNetworks {
  readonly f: PotentialNetwork;
  readonly g: PotentialNetwork;
}

/** The parameters of both potentials. */
export type DualParameters = { readonly f: Collection; readonly g: Collection };

export interface NeuralDualOptions extends DualNetworks {
  /** What the gradients are of: both losses, that of f alone or that of g alone. */
  readonly update?: 'both' | 'f' | 'g';
  /** 'backward' exchanges f and g, and source and target. */
  readonly direction?: 'forward' | 'backward';
  /** Whether the networks see to it that their weights w_z are not negative; otherwise those that are add to the loss. */
  readonly posWeights?: boolean;
  /** The weight of that addition. */
  readonly beta?: number;
  /** How the guess of g is made better before f meets it; null leaves it as it is. */
  readonly conjugateSolver?: ConjugateSolverOptions | null;
  /** What g learns: to guess what the solver finds, or to make f(x) - <x, y> small. */
  readonly amortizationLoss?: 'regression' | 'objective';
}

export type DualLosses = {
  /** mean f(x) + mean(<t, y> - f(t)): the dual of the transport problem. */
  readonly lossF: Tensor;
  readonly lossG: Tensor;
  /** mean |x|^2 + mean |y|^2 - 2 lossF: the squared Wasserstein distance, as far as it is known. */
  readonly wDist: Tensor;
};

type Value = (x: Tensor) => Tensor;

interface Roles {
  readonly value: Value;
  /** f with parameters held constant. */
  readonly fixedValue: Value;
  readonly fixed: Collection;
  readonly network: PotentialNetwork;
  /** The guess of the other potential at points of the target. */
  readonly guess: Value;
}

const inner = (a: Tensor, b: Tensor): Tensor => sum(mul(a, b), { axis: -1 });
const meanSquaredLength = (x: Tensor): Tensor => mean(sum(square(x), { axis: -1 }));
const held = (params: Collection): Collection => tree.map((leaf: Tensor) => stopGradient(leaf), params as Tree<Tensor>) as Collection;

const valueOf = (network: PotentialNetwork, params: Collection, other?: Value): Value => (x) => network.apply({ params }, [x, other], { method: 'potentialValue' });
const gradientOf = (network: PotentialNetwork, params: Collection): Value => (x) => network.apply({ params }, [x], { method: 'potentialGradient' });

/** The norms of the negative parts of the weights w_z together; its gradient is 0 where they are. */
function negativity(params: Collection): Tensor {
  const norms = weightKernels(params).map(([, kernel]) => {
    const length = sum(square(relu(neg(kernel))));
    const isPositive = greater(length, 0);
    return where(isPositive, sqrt(where(isPositive, length, 1)), 0);
  });
  return norms.reduce(add, zeros([]));
}

/** The kernels of the weights w_z, by the name of their module. */
function weightKernels(params: Collection): [string, Tensor][] {
  return Object.entries(params).flatMap(([name, module]): [string, Tensor][] => (name.startsWith('w_z') && tree.isRecord(module) ? [[name, module['kernel'] as Tensor]] : []));
}

/**
 * The losses of the neural dual of optimal transport on points of source and target, (n, d) each, and their gradients by the parameters
 * of both potentials (OTT: `W2NeuralDual`; Makkuva et al., 2020; Amos, "On amortizing convex conjugates for optimal transport", 2023).
 * At the optimum grad f takes the source to the target and grad g the target to the source. @throws ShapeError, ArgumentError
 */
export function neuralDualGradients(params: DualParameters, source: Tensor, target: Tensor, options: NeuralDualOptions): DualLosses & { readonly gradients: DualParameters } {
  const { direction = 'forward' } = options;
  const loss = (given: DualParameters): [Tensor, DualLosses] =>
    direction === 'forward'
      ? losses([options.f, given.f], [options.g, given.g], [source, target], options)
      : losses([options.g, given.g], [options.f, given.f], [target, source], options);
  const [[, parts], gradients] = valueAndGrad(loss, { hasAux: true })(params);
  return { ...parts, gradients };
}

type Sided = readonly [network: PotentialNetwork, params: Collection];

function losses([networkF, paramsF]: Sided, [networkG, paramsG]: Sided, [x, y]: readonly [Tensor, Tensor], options: NeuralDualOptions): [Tensor, DualLosses] {
  const { update = 'both', posWeights = true, beta = 1, conjugateSolver = { gtol: 1e-5, maxIter: 20 }, amortizationLoss = 'regression' } = options;
  const valueG = valueOf(networkG, paramsG);
  const fixed = held(paramsF);
  const roles: Roles = { network: networkF, fixed, value: valueOf(networkF, paramsF, valueG), fixedValue: valueOf(networkF, fixed, valueG), guess: gradientOf(networkG, paramsG) };
  const guess = roles.guess(y);
  const found = conjugateSolver === null ? guess : maximiserFrom(roles, y, guess, conjugateSolver);
  const lossF = add(mean(roles.value(x)), mean(sub(inner(found, y), roles.value(found))));
  const lossG = amortization(amortizationLoss, roles, { y, guess, found });
  const wDist = sub(add(meanSquaredLength(x), meanSquaredLength(y)), mul(lossF, 2));
  const chosen = update === 'both' ? add(lossF, lossG) : update === 'f' ? lossF : lossG;
  const total = posWeights ? chosen : add(chosen, mul(add(negativity(paramsF), negativity(paramsG)), beta));
  return [total, { lossF, lossG, wDist }];
}

/** Where <x, y> - f(x) is largest, held constant. */
function maximiserFrom({ network, fixed }: Roles, y: Tensor, guess: Tensor, solver: ConjugateSolverOptions): Tensor {
  return stopGradient(fenchelConjugate({ params: fixed }, y, stopGradient(guess), { module: network, solver }).grad);
}

function amortization(kind: 'regression' | 'objective', { fixedValue }: Roles, { y, guess, found }: Readonly<Record<'y' | 'guess' | 'found', Tensor>>): Tensor {
  switch (kind) {
    case 'regression':
      return mean(square(sub(guess, found)));
    case 'objective':
      return mean(sub(fixedValue(guess), inner(guess, y)));
    default:
      throw new ArgumentError('neuralDualGradients', 'amortizationLoss', `must be 'regression' or 'objective', found ${JSON.stringify(kind)}`);
  }
}

/** The parameters with the weights w_z at 0 where they are negative: what follows an update of f where `posWeights` is false. */
export function clipWeights(params: Collection): Collection {
  const clipped = weightKernels(params).map(([name, kernel]): [string, Collection] => [name, { ...(params[name] as Collection), kernel: maximum(kernel, 0) }]);
  return { ...params, ...Object.fromEntries(clipped) };
}

export interface DualPotentialsOptions extends DualNetworks {
  /** Finds values and gradients of g from f, beginning with the guess of g; without it they are those of g itself. */
  readonly conjugateSolver?: ConjugateSolverOptions | null;
}

/** Values of both potentials and the maps between source and target. */
export type DualPotentials = {
  readonly f: Tensor;
  /** grad f: source to target, (n, d). */
  readonly transport: Tensor;
  readonly g: Tensor;
  /** grad g: target to source, (n, d). */
  readonly inverseTransport: Tensor;
  /** mean |x|^2 + mean |y|^2 - 2 (mean f + mean g). */
  readonly distance: Tensor;
};

/** What trained potentials give at points of source and target, (n, d) each (OTT: `W2NeuralDual.to_dual_potentials`, in the meaning of 0.4.6 to 0.5.1). */
export function dualPotentials(params: DualParameters, source: Tensor, target: Tensor, { f: networkF, g: networkG, conjugateSolver = null }: DualPotentialsOptions): DualPotentials {
  const valueF = valueOf(networkF, params.f);
  const f = valueF(source);
  const guess = gradientOf(networkG, params.g)(target);
  const variables: Variables = { params: params.f };
  const { val: g, grad: inverseTransport } =
    conjugateSolver === null ? { val: valueOf(networkG, params.g, valueF)(target), grad: guess } : fenchelConjugate(variables, target, guess, { module: networkF, solver: conjugateSolver });
  const distance = sub(add(meanSquaredLength(source), meanSquaredLength(target)), mul(add(mean(f), mean(g)), 2));
  return { f, transport: gradientOf(networkF, params.f)(source), g, inverseTransport, distance };
}
