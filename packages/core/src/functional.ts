/** `init` and `apply` of any function of a module: the parts that the methods of the same names are made of. */
import { checkOptions } from './errors/options.js';
import { matchVariables, requireVariables } from './match-variables.js';
import { DenyList, unionFilters, type Filter } from './filter.js';
import { cloneModule } from './module/clone.js';
import type { ApplyResult, Capture } from './module/method-types.js';
import type { Module } from './module/module.js';
import { running, withPushed, type CaptureFilter } from './module/running.js';
import { stateOf } from './module/state.js';
import type { KeyDerivation, Rngs } from './rng/lazy-rng.js';
import { applyScope, initScope } from './scope/init-apply.js';
import type { Scope } from './scope/scope.js';
import type { Variables } from './variables.js';

/** What `init` makes unless told otherwise: everything but what `sow` and `captureIntermediates` collect. */
export const defaultInitMutable: Filter = new DenyList('intermediates');

export interface InitFunctionOptions {
  /** The collections that may be made; all but `intermediates` by default. */
  readonly mutable?: Filter;
  readonly captureIntermediates?: Capture;
  readonly keyDerivation?: KeyDerivation;
}

export interface ApplyFunctionOptions<Mutable extends Filter = Filter, Captured extends Capture = Capture> {
  /** The collections that may be written; `apply` then returns them too. */
  readonly mutable?: Mutable;
  /** Keeps outputs of methods in the collection `intermediates`. */
  readonly captureIntermediates?: Captured;
  /** How paths become random keys; as in Flax by default. */
  readonly keyDerivation?: KeyDerivation;
  /**
   * Whether the variables must be exactly those that `init` would make for the same arguments: none missing, none left over, all of the right
   * shape. Nothing is run where they are not.
   */
  readonly strict?: boolean;
}

const initOptionNames = ['mutable', 'captureIntermediates', 'keyDerivation'];
const applyOptionNames = [...initOptionNames, 'strict'];

const captureCalls: CaptureFilter = (_, method) => method === 'call';

const captureFilter = (capture: Capture): CaptureFilter | undefined =>
  typeof capture === 'function' ? capture : capture ? captureCalls : undefined;

const withIntermediates = (mutable: Filter, capture: CaptureFilter | undefined): Filter =>
  capture === undefined ? mutable : unionFilters(mutable, 'intermediates');

/** `f` of a copy of `module` that is bound to a scope. The modules among its attributes are copied with it. */
function onScope<M extends Module, Y>(module: M, capture: CaptureFilter | undefined, f: (module: M) => Y): (scope: Scope) => Y {
  const { name } = stateOf(module);
  return (scope) =>
    withPushed(running.captures, capture, () => f(cloneModule(module, { parent: scope, name, inner: { clones: new Map(), resetNames: false } })));
}

/**
 * A function that runs `f` on `module` without variables and returns its result and the variables that it made
 * (Flax: `nn.init_with_output`). `f` may call any methods.
 *
 *     const initialize = initWithOutput((model, x: Tensor) => model.decode(model.encode(x)), model);
 *     const [y, variables] = initialize(random.key(0), [x]);
 */
export function initWithOutput<M extends Module, Args extends readonly unknown[], Y>(
  f: (module: M, ...args: Args) => Y,
  module: M,
  options: InitFunctionOptions = {},
): (rngs: Rngs, args: Args) => [Y, Variables] {
  checkOptions('initWithOutput', options, initOptionNames);
  const capture = captureFilter(options.captureIntermediates ?? false);
  const mutable = withIntermediates(options.mutable ?? defaultInitMutable, capture);
  return (rngs, args) => initScope(onScope(module, capture, (bound) => f(bound, ...args)), rngs, { mutable, keyDerivation: options.keyDerivation });
}

/** As `initWithOutput`, and returns the variables alone (Flax: `nn.init`). */
export function init<M extends Module, Args extends readonly unknown[]>(
  f: (module: M, ...args: Args) => unknown,
  module: M,
  options: InitFunctionOptions = {},
): (rngs: Rngs, args: Args) => Variables {
  const initialize = initWithOutput(f, module, options);
  return (rngs, args) => initialize(rngs, args)[1];
}

/**
 * A function that runs `f` on `module` with given variables (Flax: `nn.apply`). It returns the result of `f`, or with `mutable` or
 * `captureIntermediates` the result and the collections that match.
 *
 *     const reconstruct = apply((model, x: Tensor) => model.decode(model.encode(x)), model);
 *     const y = reconstruct(variables, [x]);
 *
 * @throws TreeMatchError with `strict`, and what `f` throws
 */
export function apply<M extends Module, Args extends readonly unknown[], Y, const Mutable extends Filter = false, Captured extends Capture = false>(
  f: (module: M, ...args: Args) => Y,
  module: M,
  options: ApplyFunctionOptions<Mutable, Captured> = {},
): (variables: Variables, args: Args, options?: { readonly rngs?: Rngs }) => ApplyResult<Y, Mutable, Captured> {
  checkOptions('apply', options, applyOptionNames);
  const capture = captureFilter(options.captureIntermediates ?? false);
  const mutable = withIntermediates(options.mutable ?? false, capture);
  const { keyDerivation, strict = false } = options;
  return (variables, args, { rngs } = {}) => {
    if (strict) requireVariables('apply', matchVariables((keys, given) => init(f, module)(keys, given as Args), variables, args, { rngs }));
    return applyScope(onScope(module, capture, (bound) => f(bound, ...args)), variables, { rngs, mutable, keyDerivation }) as ApplyResult<Y, Mutable, Captured>;
  };
}
