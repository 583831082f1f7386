/** In what a model computes. */
import { ArgumentError, astype, isFloating, Tensor, tree, type Tree } from '@flaxon/tensor';
import { interceptMethods, lift, type Module, type Variables } from '@flaxon/core';
import type { DynamicLossScale } from './loss-scale.js';

export interface MixedPrecision {
  /** What modules compute in: they see their parameters and their floating arguments in it, and give what they return as float32 (jmp: `compute_dtype`). */
  readonly computeDtype: 'float16' | 'bfloat16';
  /**
   * By what the loss is multiplied before it is differentiated, and gradients are divided by, so that small ones do not vanish in float16. True for a
   * dynamic scale with its defaults, false for none. By default true for float16 and false for bfloat16, which has the range of float32.
   */
  readonly lossScale?: boolean | DynamicLossScale;
}

/** Parameters are float32 in any case; `'float16'` and `'bfloat16'` say what models compute in. */
export type Precision = 'float32' | 'float16' | 'bfloat16' | MixedPrecision;

export interface Policy {
  /** Undefined where nothing is converted. */
  readonly computeDtype: 'float16' | 'bfloat16' | undefined;
  /** Undefined where the loss is not scaled. */
  readonly lossScale: DynamicLossScale | undefined;
}

/** @throws ArgumentError */
export function policyOf(precision: Precision): Policy {
  if (precision === 'float32') return { computeDtype: undefined, lossScale: undefined };
  const { computeDtype, lossScale = computeDtype === 'float16' } = typeof precision === 'string' ? { computeDtype: precision } : precision;
  if (computeDtype !== 'float16' && computeDtype !== 'bfloat16') throw new ArgumentError('Trainer', 'precision', `must be 'float32', 'float16', 'bfloat16' or { computeDtype, lossScale }, found ${JSON.stringify(precision)}`);
  return { computeDtype, lossScale: lossScale === true ? {} : lossScale === false ? undefined : lossScale };
}

/** The floating tensors of a value in another dtype; what else it holds as it is. */
function castFloating(value: unknown, dtype: 'float16' | 'bfloat16' | 'float32'): unknown {
  if (value instanceof Tensor) return isFloating(value.dtype) && value.dtype !== 'float64' ? astype(value, dtype) : value;
  if (Array.isArray(value)) return value.map((child) => castFloating(child, dtype));
  if (tree.isRecord(value)) return Object.fromEntries(Object.entries(value).map(([name, child]) => [name, castFloating(child, dtype)]));
  return value;
}

/**
 * `f` of a module that computes in `computeDtype`: in what it calls of the module from outside, floating arguments are converted to it and results to float32;
 * inside, parameters are seen in it (jmp: a policy of params float32, compute `computeDtype`, output float32). float64 stays.
 */
export function inPrecision<M extends Module, Args extends readonly unknown[], Result>(f: (module: M, ...args: Args) => Result, computeDtype: 'float16' | 'bfloat16'): (module: M, ...args: Args) => Result {
  const converted = (module: M, ...args: Args): Result => {
    let depth = 0;
    return interceptMethods(
      (next, given) => {
        const isOutermost = depth === 0;
        depth++;
        try {
          return isOutermost ? castFloating(next(...given.map((argument) => castFloating(argument, computeDtype))), 'float32') : next(...given);
        } finally {
          depth--;
        }
      },
      () => f(module, ...args),
    );
  };
  return lift.mapVariables(converted, { mappedCollections: 'params', transIn: (collections: Variables) => castFloating(collections, computeDtype) as Variables });
}

/** `variables` in the dtypes of `like`: running statistics that a half-precision model wrote stay what they were. */
export const inDtypesOf = (variables: Variables, like: Variables): Variables =>
  tree.map((leaf: Tensor, old: Tensor) => astype(leaf, old.dtype), variables as Tree<Tensor>, like as Tree<Tensor>) as Variables;
