export { generalizedKlDivergence, klDivergence, klDivergenceWithLogTargets } from './divergence.js';
export { ctcLoss, type CtcOptions } from './ctc.js';
export {
  polyLossCrossEntropy, safeSoftmaxCrossEntropy, sigmoidBinaryCrossEntropy, sigmoidFocalLoss, smoothLabels, softmaxCrossEntropy, softmaxCrossEntropyWithIntegerLabels,
  type FocalOptions, type PolyLossOptions,
} from './cross-entropy.js';
export { hingeLoss, multiclassHingeLoss, multiclassPerceptronLoss, perceptronLoss, tripletMarginLoss, type TripletOptions } from './margin.js';
export { cosineDistance, cosineSimilarity, huberLoss, l2Loss, logCoshLoss, squaredError, type CosineOptions, type HuberOptions } from './regression.js';
export { ntxent } from './contrastive.js';
export { binaryDiceLoss, diceLoss, multiclassGeneralizedDiceLoss, type DiceOptions } from './dice.js';
export { rankingSoftmaxLoss, type RankingOptions } from './ranking.js';
export { makeFenchelYoungLoss, multiclassSparsemaxLoss, projectionSimplex, sparsemaxLoss } from './sparsemax.js';
