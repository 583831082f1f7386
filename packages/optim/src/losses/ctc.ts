import {
  add, astype, concatenate, einsum, equal, expandDims, formatShape, full, logaddexp, logSoftmax, mul, neg, oneHot, pad, scan, ShapeError, slice, sub, sum, transpose, where, zeros, type Tensor,
} from '@flaxon/tensor';
import { checkOptions } from '../arguments.js';
import { requireFloating } from './operands.js';

export interface CtcOptions {
  /** The class that stands for no label, 0 by default. */
  readonly blankId?: number;
  /** What stands for the logarithm of 0, -1e5 by default. */
  readonly logEpsilon?: number;
}

/** The columns of x (batch, n) from `from` up to `to`. */
const columns = (x: Tensor, from: number, to: number): Tensor => slice(x, [0, from], [x.shape[0]!, to]);

/** @throws ShapeError */
function requireShapes(logits: Tensor, logitPaddings: Tensor, labels: Tensor, labelPaddings: Tensor): readonly [length: number, classes: number] {
  const shapes = [logits, logitPaddings, labels, labelPaddings].map(({ shape }) => formatShape(shape));
  const expected = 'needs logits (batch, time, classes), their paddings (batch, time), labels (batch, length) and their paddings (batch, length), with known sizes of labels (at least one) and classes';
  const [batch, time, classes] = logits.shape;
  const isFitting = logits.rank === 3 && labels.rank === 2 && labels.shape[0] === batch && formatShape(logitPaddings.shape) === formatShape([batch!, time!]) && shapes[2] === shapes[3];
  const length = labels.shape[1];
  if (!isFitting || typeof classes !== 'number' || typeof length !== 'number' || length === 0) throw new ShapeError('ctcLoss', shapes, expected);
  return [length, classes];
}

/**
 * -log of the probability that a sequence of logits spells the labels, with blanks and repetitions anywhere (Optax: `ctc_loss`; Graves et al.,
 * "Connectionist temporal classification", 2006): one scan over time. logits: (batch, time, classes); logitPaddings: (batch, time), 1 where the
 * sequence is over; labels: (batch, length), integers, with labelPaddings likewise. The result is (batch).
 * @throws ShapeError, DtypeError, ArgumentError
 */
export function ctcLoss(logits: Tensor, logitPaddings: Tensor, labels: Tensor, labelPaddings: Tensor, options: CtcOptions = {}): Tensor {
  checkOptions('ctcLoss', options, ['blankId', 'logEpsilon']);
  const { blankId = 0, logEpsilon = -1e5 } = options;
  requireFloating('ctcLoss', logits);
  const [length, classes] = requireShapes(logits, logitPaddings, labels, labelPaddings);
  const { dtype } = logits;
  const batch = logits.shape[0]!;
  const time = logits.shape[1]!;

  const logs = logSoftmax(logits);
  // 1 where a label is followed by itself: there a blank has to come between.
  const repeats = pad(astype(equal(columns(labels, 0, length - 1), columns(labels, 1, length)), dtype), [[0, 0], [0, 1]]);
  const blank = transpose(slice(logs, [0, 0, blankId], [batch, time, blankId + 1]), [1, 0, 2]);
  const emitted = transpose(einsum('btk,bnk->btn', logs, oneHot(labels, classes, { dtype })), [1, 0, 2]);
  const padded = expandDims(astype(transpose(logitPaddings), dtype), -1);

  const moved = (between: Tensor, score: Tensor): Tensor => concatenate([columns(between, 0, 1), logaddexp(columns(between, 1, length + 1), score)], -1);
  const step = ([between, onLabel]: readonly [Tensor, Tensor], [emit, none, isOver]: readonly [Tensor, Tensor, Tensor]): [readonly [Tensor, Tensor], null] => {
    const from = moved(between, add(onLabel, mul(repeats, logEpsilon)));
    const nextOnLabel = logaddexp(add(columns(from, 0, length), emit), add(onLabel, emit));
    const nextBetween = moved(add(from, none), add(add(onLabel, none), mul(sub(1, repeats), logEpsilon)));
    return [[where(astype(isOver, 'bool'), between, nextBetween), where(astype(isOver, 'bool'), onLabel, nextOnLabel)], null];
  };
  const start: readonly [Tensor, Tensor] = [
    concatenate([zeros([batch, 1], dtype), full([batch, length], logEpsilon, dtype)], -1),
    full([batch, length], logEpsilon, dtype),
  ];
  const [[between, onLabel]] = scan(step, start, [emitted, blank, padded] as const);
  const last = moved(between, onLabel);
  const lengths = sub(length, astype(sum(labelPaddings, { axis: 1 }), 'int32'));
  return neg(sum(mul(last, oneHot(lengths, length + 1, { dtype })), { axis: 1 }));
}
