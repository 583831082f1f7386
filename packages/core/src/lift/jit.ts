import type { Filter } from '../filter.js';
import type { LazyRng } from '../rng/lazy-rng.js';
import { pack, type ScopeFunction, type StreamGroup } from './pack.js';
import { passThrough } from './pass-through.js';
import { liftTarget, type LiftTarget, type Methods } from './targets.js';

export interface JitOptions {
  /** The collections that are there inside. */
  readonly variables?: Filter;
  /** The streams that are there inside. */
  readonly rngs?: Filter;
}

type JitOptionsWithMethods = JitOptions & { readonly methods?: Methods<JitOptions> };

/**
 * A class of modules, or a function of a module, with the random keys of Flax's `nn.jit`: each call draws a key from every stream, as
 * `makeRng` would, which is the base key inside, where paths start anew. Compiling itself is the executor's business (`compile` of the
 * whole step), and changes no value. The class is named `JitDense`.
 * @throws TransformTargetError
 */
export function jit<Target extends LiftTarget>(target: Target, options: JitOptionsWithMethods = {}): Target {
  return liftTarget<JitOptions>({ name: 'jit', prefix: 'Jit', forksStreams: true }, target, options, foldScopes) as Target;
}

/** The random keys of `jit` and nothing else (Flax: `nn.fold_rngs`). The class is named `Fold_rngsDense`. @throws TransformTargetError */
export function foldRngs<Target extends LiftTarget>(target: Target, options: JitOptionsWithMethods = {}): Target {
  return liftTarget<JitOptions>({ name: 'foldRngs', prefix: 'Fold_rngs', forksStreams: true }, target, options, foldScopes) as Target;
}

function foldScopes(f: ScopeFunction, { variables = true, rngs = true }: JitOptions): ScopeFunction {
  return (scopes, ...args) => {
    const packed = pack(scopes, { in: [variables], out: [variables], rngs: [rngs] });
    return passThrough(packed, f, args, packed.streams.map(withoutPaths));
  };
}

/** The base keys alone: those of modules passed in from outside lose their paths too. */
const withoutPaths = (group: StreamGroup): StreamGroup =>
  group.map((streams) => Object.fromEntries(Object.entries(streams).map(([name, rng]): [string, LazyRng] => [name, rng.withoutSuffix()])));
