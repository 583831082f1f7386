import { astype, div, einsum, expandDims, maximum, mul, sqrt, sum } from '@flaxon/tensor';
import type { Tensor } from '@flaxon/tensor';

import type { BertModel } from './model.js';

/** The least number of tokens that a mean divides by (sentence-transformers' `Pooling`), and the least length that a vector is divided by (torch's `normalize`). */
const [leastCount, leastLength] = [1e-9, 1e-12];

/** The mean over tokens. hidden: (batch, length, features), isToken: (batch, length), bool, to (batch, features). */
export function meanOfTokens(hidden: Tensor, isToken: Tensor): Tensor {
  const weights = astype(isToken, hidden.dtype);
  return div(einsum('bl,blf->bf', weights, hidden), maximum(sum(weights, { axis: 1, keepdims: true }), leastCount));
}

/** x: (batch, features), each row divided by its length. */
export function unitRows(x: Tensor): Tensor {
  return div(x, maximum(expandDims(sqrt(sum(mul(x, x), { axis: -1 })), -1), leastLength));
}

/**
 * One vector of length 1 a sentence: the mean of BERT's last hidden states over the sentence's tokens, normalised (Reimers and Gurevych,
 * "Sentence-BERT", 2019; the modules Transformer, Pooling and Normalize of sentence-transformers).
 *
 * inputIds: (batch, length) of integers; attentionMask: (batch, length) of integers, 0 where there is padding. To (batch, hidden).
 */
export function embedSentences(bert: BertModel, inputIds: Tensor, attentionMask: Tensor): Tensor {
  const isToken = astype(attentionMask, 'bool');
  return unitRows(meanOfTokens(bert.call(inputIds, isToken), isToken));
}
