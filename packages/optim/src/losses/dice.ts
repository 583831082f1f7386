import { add, ArgumentError, astype, div, expandDims, mean, mul, sigmoid, sliceAxis, softmax, square, sub, sum, type Tensor } from '@flaxon/tensor';
import { checkOptions, requireNumbers } from '../arguments.js';
import { classesOf, requireFloating, requireSameShape } from './operands.js';

export interface DiceOptions {
  /** The weight of each class, (classes). */
  readonly classWeights?: Tensor;
  /** Added above and below, 1 by default. */
  readonly smooth?: number;
  /** The weights of what is found and is not there, and of what is there and is not found: 0.5 and 0.5 by default (Tversky's index). */
  readonly alpha?: number;
  readonly beta?: number;
  /** False where predictions are probabilities already; else logits, of which the softmax is taken, the sigmoid where there is one class. */
  readonly applySoftmax?: boolean;
  /** What becomes of the classes: their mean, as by default, their sum, or each for itself. */
  readonly reduction?: 'mean' | 'sum' | 'none';
  /** Whether the first class counts for nothing. */
  readonly ignoreBackground?: boolean;
  /** The axes that are summed over, by default all but the first and the last. */
  readonly axis?: number | readonly number[];
}

const names = ['classWeights', 'smooth', 'alpha', 'beta', 'applySoftmax', 'reduction', 'ignoreBackground', 'axis'];

/**
 * One less what predictions and targets have in common over what they have together (Optax: `dice_loss`; Milletari et al., "V-Net", 2016; Salehi et
 * al., "Tversky loss function for image segmentation", 2017). Both are (batch, ..., classes), one of them without classes where there is one. The
 * result is (batch), or (batch, classes) where they are not reduced.
 * @throws DtypeError, ShapeError, ArgumentError
 */
export function diceLoss(predictions: Tensor, targets: Tensor, options: DiceOptions = {}): Tensor {
  checkOptions('diceLoss', options, names);
  const { classWeights, smooth = 1, alpha = 0.5, beta = 0.5, applySoftmax = true, reduction = 'mean', ignoreBackground = false } = options;
  requireNumbers('diceLoss', { smooth, alpha, beta });
  requireFloating('diceLoss', predictions);
  const found = predictions.rank === targets.rank - 1 ? expandDims(predictions, -1) : predictions;
  const wanted = astype(targets.rank === found.rank - 1 ? expandDims(targets, -1) : targets, found.dtype);
  requireSameShape('diceLoss', found, wanted);
  const isSingle = found.shape.at(-1) === 1;
  const probabilities = applySoftmax ? (isSingle ? sigmoid(found) : softmax(found, { axis: -1 })) : found;
  const axis = options.axis ?? Array.from({ length: Math.max(found.rank - 2, 0) }, (_, at) => at + 1);
  const total = (x: Tensor): Tensor => (Array.isArray(axis) && axis.length === 0 ? x : sum(x, { axis }));

  const common = total(mul(probabilities, wanted));
  const apart = add(mul(sub(total(probabilities), common), alpha), mul(sub(total(wanted), common), beta));
  const ofClass = sub(1, div(add(common, smooth), add(add(common, apart), smooth)));
  const weighted = classWeights === undefined ? ofClass : mul(ofClass, astype(classWeights, ofClass.dtype));
  const counted = ignoreBackground && !isSingle ? sliceAxis(weighted, -1, 1, classesOf('diceLoss', weighted)) : weighted;
  if (reduction === 'none') return counted;
  if (reduction !== 'mean' && reduction !== 'sum') throw new ArgumentError('diceLoss', 'reduction', `must be 'mean', 'sum' or 'none', found ${JSON.stringify(reduction)}`);
  return reduction === 'mean' ? mean(counted, { axis: -1 }) : sum(counted, { axis: -1 });
}

/**
 * `diceLoss` with classes that weigh the more the rarer they are, a scalar (Optax: `multiclass_generalized_dice_loss`; Sudre et al., "Generalised
 * Dice overlap as a deep learning loss function", 2017). @throws DtypeError, ShapeError, ArgumentError
 */
export function multiclassGeneralizedDiceLoss(predictions: Tensor, targets: Tensor, options: Pick<DiceOptions, 'smooth' | 'applySoftmax' | 'ignoreBackground'> = {}): Tensor {
  checkOptions('multiclassGeneralizedDiceLoss', options, ['smooth', 'applySoftmax', 'ignoreBackground']);
  requireSameShape('multiclassGeneralizedDiceLoss', predictions, targets);
  const frequencies = sum(astype(targets, predictions.dtype), { axis: Array.from({ length: targets.rank - 1 }, (_, axis) => axis) });
  const rarity = div(1, add(square(frequencies), 1e-7));
  const classWeights = mul(div(rarity, sum(rarity)), classesOf('multiclassGeneralizedDiceLoss', targets));
  return mean(diceLoss(predictions, targets, { ...options, classWeights, reduction: 'none' }));
}

/** `diceLoss` of one class, (batch, ...) with or without a last axis of 1 (Optax: `binary_dice_loss`). @throws DtypeError, ShapeError, ArgumentError */
export function binaryDiceLoss(predictions: Tensor, targets: Tensor, options: { readonly smooth?: number; readonly applySigmoid?: boolean } = {}): Tensor {
  checkOptions('binaryDiceLoss', options, ['smooth', 'applySigmoid']);
  const { smooth = 1, applySigmoid = true } = options;
  const needsAxis = predictions.rank === targets.rank && predictions.shape.at(-1) !== 1;
  const [found, wanted] = needsAxis ? [expandDims(predictions, -1), expandDims(targets, -1)] : [predictions, targets];
  return diceLoss(found, wanted, { smooth, applySoftmax: applySigmoid });
}
