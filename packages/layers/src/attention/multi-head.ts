import { fields, mergeParam, Module } from '@flaxon/core';
import { ArgumentError, formatShape, ShapeError, Tensor } from '@flaxon/tensor';
import { z } from 'zod';
import { dtypes, kernelAndBias, ofProducts } from '../attributes.js';
import { DenseGeneral } from '../linear/dense-general.js';
import { LayerNorm } from '../normalization/layer-norm.js';
import { staticSize } from '../shape.js';
import { stepThroughCache } from './attention-cache.js';
import { dotProductAttention, type DotProductAttentionOptions } from './dot-product-attention.js';

/** As `dotProductAttention`. */
export type AttentionFunction = (query: Tensor, key: Tensor, value: Tensor, options: DotProductAttentionOptions) => Tensor;

export interface AttentionOptions {
  /** Keys and values alike, in place of `inputsK` and `inputsV` (Flax: `inputs_kv`). */
  readonly inputsKv?: Tensor | null | undefined;
  /** What each query attends to: where it is 0 or false, not; broadcast to (batch..., heads, queries, keys). */
  readonly mask?: Tensor | null | undefined;
  /** True drops no weights; given here or to the constructor where `dropoutRate` is above 0. */
  readonly deterministic?: boolean | undefined;
  /** The key to drop weights with, in place of one of the stream `dropout`. */
  readonly dropoutRng?: Tensor | undefined;
  /** Keeps the weights as `attention_weights` in the collection `intermediates`. */
  readonly sowWeights?: boolean | undefined;
}

type Input = Tensor | null | undefined;

const features = () => z.int().positive().nullable().default(null);

/**
 * Attention by several heads, each with linear maps of its own (Flax: `nn.MultiHeadDotProductAttention`; Vaswani et al., 2017).
 *
 * Submodules: `query`, `key`, `value` with kernels (in, heads, depth) and biases (heads, depth); `out` with (heads, depth, out) and
 * (out); with `normalizeQk` the layer normalisations `query_ln`, `key_ln`, which have no bias.
 *
 * With `decode`, `init` on inputs of the whole length makes the collection `cache`; from then on each call takes one place
 * and attends to those so far: `[y, { cache }] = model.apply({ params, cache }, [x], { mutable: ['cache'] })`.
 */
export class MultiHeadDotProductAttention extends Module.define({
  numHeads: z.int().positive(),
  ...dtypes,
  ...ofProducts,
  /** The depths of all heads together; the features of the queries by default. */
  qkvFeatures: features(),
  /** The features of the queries by default. */
  outFeatures: features(),
  /** Whether all batches and heads drop the same weights. */
  broadcastDropout: z.boolean().default(true),
  dropoutRate: z.number().min(0).max(1).default(0),
  deterministic: z.boolean().optional(),
  ...kernelAndBias,
  /** Of `out`; as `kernelInit` by default. */
  outKernelInit: fields.initializer().optional(),
  /** Of `out`; as `biasInit` by default. */
  outBiasInit: fields.initializer().optional(),
  useBias: z.boolean().default(true),
  attentionFn: fields.function<AttentionFunction>('a function of query, key, value and options, such as `dotProductAttention`').default(() => dotProductAttention),
  decode: z.boolean().default(false),
  /** Normalises queries and keys, which keeps the weights in bounds (Dehghani et al., 2023). */
  normalizeQk: z.boolean().default(false),
  forceFp32ForSoftmax: z.boolean().default(false),
}) {
  static readonly moduleName: string = 'MultiHeadDotProductAttention';
  /**
   * inputsQ: (batch..., queries, in), inputsK and inputsV: (batch..., keys, in), each with features of its own, to
   * (batch..., queries, out). Keys are the queries by default, and values the keys; options come last, wherever that is.
   * @throws ArgumentError where there are values without keys, `inputsKv` beside other keys or values, or heads that do not divide the features; ShapeError; DtypeError;
   * MergeParamError where `deterministic` is needed and given to neither or to both; InvalidRngError
   */
  call(inputsQ: Tensor, keys?: Input | AttentionOptions, values?: Input | AttentionOptions, last?: AttentionOptions): Tensor {
    const { inputsK, inputsV, options } = readArguments(inputsQ, [keys, values, last]);
    const width = staticSize('MultiHeadDotProductAttention', inputsQ, -1);
    if (inputsQ.rank < 2) throw new ShapeError('MultiHeadDotProductAttention', [formatShape(inputsQ.shape)], 'the input must be (batch..., length, features)');
    const depth = this.#depth(this.qkvFeatures ?? width);
    const query = this.#project('query', inputsQ, depth);
    const key = this.#project('key', inputsK, depth);
    const value = this.#project('value', inputsV, depth);
    const normalizedQuery = this.#normalize('query_ln', query);
    const normalizedKey = this.#normalize('key_ln', key);
    const seen = { key: normalizedKey, value, mask: options.mask };
    const attended = this.decode ? stepThroughCache(this, normalizedQuery, seen) : seen;
    return this.#out(this.#attend(normalizedQuery, attended, options), this.outFeatures ?? width);
  }

  #attend(query: Tensor, { key, value, mask }: { readonly key: Tensor; readonly value: Tensor; readonly mask: Input }, options: AttentionOptions): Tensor {
    const { attentionFn, dropoutRate, broadcastDropout, dtype, forceFp32ForSoftmax } = this;
    const deterministic = dropoutRate === 0 || mergeParam('deterministic', this.deterministic, options.deterministic);
    const dropoutRng = deterministic ? undefined : (options.dropoutRng ?? this.makeRng('dropout'));
    const module = options.sowWeights === true ? this : undefined;
    return attentionFn(query, key, value, { mask, deterministic, dropoutRng, dropoutRate, broadcastDropout, dtype, forceFp32ForSoftmax, module });
  }

  #depth(qkvFeatures: number): number {
    if (qkvFeatures % this.numHeads !== 0) {
      throw new ArgumentError('MultiHeadDotProductAttention', 'numHeads', `must divide \`qkvFeatures\`, which are the features of the queries by default: ${qkvFeatures} is no multiple of ${this.numHeads}`);
    }
    return qkvFeatures / this.numHeads;
  }

  #project(name: string, x: Tensor, depth: number): Tensor {
    const { dtype, paramDtype, precision, kernelInit, biasInit, useBias } = this;
    return new DenseGeneral({ features: [this.numHeads, depth], dtype, paramDtype, precision, kernelInit, biasInit, useBias }, { name }).call(x);
  }

  #normalize(name: string, x: Tensor): Tensor {
    const { dtype, paramDtype } = this;
    return this.normalizeQk ? new LayerNorm({ useBias: false, dtype, paramDtype }, { name }).call(x) : x;
  }

  #out(x: Tensor, width: number): Tensor {
    const { dtype, paramDtype, precision, kernelInit, outKernelInit = kernelInit, biasInit, outBiasInit = biasInit, useBias } = this;
    return new DenseGeneral({ features: width, axis: [-2, -1], dtype, paramDtype, precision, kernelInit: outKernelInit, biasInit: outBiasInit, useBias }, { name: 'out' }).call(x);
  }
}

/** The same layer under Flax's shorter name (Flax: `nn.MultiHeadAttention`). */
export class MultiHeadAttention extends MultiHeadDotProductAttention {
  static override readonly moduleName: string = 'MultiHeadAttention';
}

const isOptions = (argument: Input | AttentionOptions): argument is AttentionOptions => argument !== undefined && argument !== null && !(argument instanceof Tensor);

/** @throws ArgumentError where there are values without keys, or `inputsKv` beside other keys or values */
function readArguments(inputsQ: Tensor, rest: readonly (Input | AttentionOptions)[]): { readonly inputsK: Tensor; readonly inputsV: Tensor; readonly options: AttentionOptions } {
  const [inputsK, inputsV] = rest.map((argument) => (isOptions(argument) ? undefined : argument));
  const options = rest.find(isOptions) ?? {};
  const { inputsKv } = options;
  if (inputsKv) {
    if (inputsK || inputsV) throw new ArgumentError('MultiHeadDotProductAttention', 'inputsKv', 'stands in place of `inputsK` and `inputsV`: give either it or them');
    return { inputsK: inputsKv, inputsV: inputsKv, options };
  }
  if (!inputsK && inputsV) throw new ArgumentError('MultiHeadDotProductAttention', 'inputsK', 'must be given where `inputsV` is; for keys that are the values too, give `inputsK` alone');
  return { inputsK: inputsK ?? inputsQ, inputsV: inputsV ?? inputsK ?? inputsQ, options };
}
