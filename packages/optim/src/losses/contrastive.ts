import { add, astype, div, equal, exp, expandDims, eye, formatShape, log, logicalAnd, logicalNot, matmul, max, maximum, neg, ShapeError, sqrt, square, stopGradient, sub, sum, transpose, where, type Tensor } from '@flaxon/tensor';
import { checkOptions, requireNumber } from '../arguments.js';
import { requireFloating } from './operands.js';

/** Norms count as at least the rounding of the dtype, as in Optax. */
const rounding: Readonly<Record<string, number>> = { float64: 2 ** -52, float32: 2 ** -23, float16: 2 ** -10, bfloat16: 2 ** -7 };

/**
 * How much nearer, by the cosine, embeddings of one label are to each other than to all others: the normalised cross entropy with a temperature,
 * a scalar (Optax: `ntxent`; Chen et al., "A simple framework for contrastive learning of visual representations", 2020). embeddings: (n, features);
 * labels: (n), integers, each at least twice. @throws DtypeError, ShapeError, ArgumentError
 */
export function ntxent(embeddings: Tensor, labels: Tensor, options: { readonly temperature?: number } = {}): Tensor {
  checkOptions('ntxent', options, ['temperature']);
  const temperature = requireNumber('ntxent', 'temperature', options.temperature ?? 0.07);
  requireFloating('ntxent', embeddings);
  const [count] = embeddings.shape;
  if (embeddings.rank !== 2 || labels.rank !== 1 || typeof count !== 'number' || labels.shape[0] !== count) {
    throw new ShapeError('ntxent', [formatShape(embeddings.shape), formatShape(labels.shape)], 'needs embeddings (n, features) and labels (n), n a number');
  }
  const squares = sum(square(embeddings), { axis: -1, keepdims: true });
  const units = div(embeddings, sqrt(maximum(squares, rounding[embeddings.dtype]! ** 2)));
  const closeness = div(matmul(units, transpose(units)), temperature);
  const isSame = equal(expandDims(labels, 1), expandDims(labels, 0));
  const isPair = logicalAnd(isSame, logicalNot(astype(eye(count), 'bool')));
  const isOther = logicalNot(isSame);
  const isCounted = astype(isPair, closeness.dtype);

  const largest = stopGradient(max(where(astype(eye(count), 'bool'), -Infinity, closeness), { axis: 1, keepdims: true }));
  const shifted = sub(closeness, largest);
  const others = sum(where(isOther, exp(shifted), 0), { axis: 1, keepdims: true });
  const ofPair = sub(shifted, log(where(isPair, add(others, exp(shifted)), 1)));
  return neg(div(sum(where(isPair, ofPair, 0)), sum(isCounted)));
}
