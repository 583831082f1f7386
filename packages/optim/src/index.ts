export { accumulateGradients, type AccumulateGradientsOptions, type AccumulateGradientsState, type EveryK } from './accumulate-gradients.js';
export { adadelta, scaleByAdadelta, type AdadeltaOptions, type AdadeltaState, type AdadeltaWOptions } from './adadelta.js';
export { adafactor, type AdafactorOptions } from './adafactor.js';
export { adagrad } from './adagrad.js';
export { adam, adamw, type AdamWOptions } from './adam.js';
export { adamax, adamaxw, scaleByAdamax, type AdamaxOptions, type AdamaxWOptions } from './adamax.js';
export { addDecayedWeights, type AddDecayedWeightsOptions, type DecayState } from './add-decayed-weights.js';
export { amsgrad, scaleByAmsgrad, type AmsgradOptions, type AmsgradState } from './amsgrad.js';
export { applyIfFinite, type ApplyIfFiniteState } from './apply-if-finite.js';
export { applyUpdates } from './apply-updates.js';
export { clipByBlockRms, scaleByParamBlockRms } from './block-rms.js';
export { chain } from './chain.js';
export { clip, clipByGlobalNorm, globalNorm } from './clip.js';
export { ema, type EmaOptions, type EmaState } from './ema.js';
export { MissingExtraArgsError, MissingParamsError, OptimizerStateError } from './errors.js';
export { scaleByFactoredRms, type FactoredRmsOptions, type FactoredRmsState } from './factored-rms.js';
export { flatten } from './flatten.js';
export { identity } from './identity.js';
export { injectHyperparams, type InjectHyperparamsState } from './inject-hyperparams.js';
export { lamb, type LambOptions } from './lamb.js';
export { lars, type LarsOptions } from './lars.js';
export { inverseHessianTimes, type InverseHessianOptions, type LbfgsPairs } from './lbfgs/inverse-hessian.js';
export { lbfgs, type LbfgsOptions } from './lbfgs/lbfgs.js';
export { minimize, type Minimum, type MinimizeOptions } from './lbfgs/minimize.js';
export { scaleByLbfgs, type LbfgsState, type ScaleByLbfgsOptions } from './lbfgs/scale-by-lbfgs.js';
export type { LearningRate, RateState } from './learning-rate.js';
export {
  scaleByBacktrackingLinesearch, type BacktrackingLinesearchInfo, type ScaleByBacktrackingLinesearchOptions, type ScaleByBacktrackingLinesearchState,
} from './line-search/scale-by-backtracking-linesearch.js';
export { scaleByZoomLinesearch, type ScaleByZoomLinesearchOptions, type ScaleByZoomLinesearchState, type ZoomLinesearchInfo } from './line-search/scale-by-zoom-linesearch.js';
export { valueAndGradFromState } from './line-search/value-and-grad-from-state.js';
export { lion, scaleByLion, type LionOptions, type LionState, type LionWOptions } from './lion.js';
export { lookahead, lookaheadParams, type LookaheadOptions, type LookaheadParams, type LookaheadState } from './lookahead.js';
export * from './losses/index.js';
export { maskedTransform, type Mask, type MaskedState, type MaskTree } from './mask.js';
export { cg, type CgOptions, type LinearOperator } from './natural-gradient/cg.js';
export { geometricTensor, naturalGradient, naturalGradientOfMean, type LogAmplitude, type NaturalGradientOptions } from './natural-gradient/natural-gradient.js';
export { nadam, nadamw } from './nadam.js';
export { partition, type LabelTree, type PartitionState } from './partition.js';
export { radam, scaleByRadam, type RadamOptions } from './radam.js';
export { rmsprop, type RmspropOptions } from './rmsprop.js';
export { scale, scaleByLearningRate, scaleBySchedule } from './scale.js';
export { scaleByAdam, type AdamOptions, type AdamState } from './scale-by-adam.js';
export { scaleByRms, scaleByStddev, type RmsOptions, type RmsState, type StddevState } from './scale-by-rms.js';
export { scaleByRss, type RssOptions, type RssState } from './scale-by-rss.js';
export * from './schedules/index.js';
export { sgd, type SgdOptions } from './sgd.js';
export { trace, type TraceOptions, type TraceState } from './trace.js';
export { scaleByTrustRatio, type TrustRatioOptions } from './trust-ratio.js';
export type { CountState, EmptyState, ExtraArgs, GradientTransformation, GradientTransformationExtraArgs, Objective, OptimizerState } from './transformation.js';
export {
  treeAdd, treeAddScale, treeCast, treeClip, treeDiv, treeFullLike, treeMax, treeMin, treeMul, treeNorm, treeOnesLike, treeScale, treeSize, treeSub, treeSum, treeVdot, treeWhere,
  treeZerosLike, type TreeNormOptions,
} from './tree-math.js';
export { scaleByYogi, yogi, type YogiOptions } from './yogi.js';
export { adabelief, scaleByBelief, type BeliefOptions } from './adabelief.js';
export { adan, scaleByAdan, type AdanOptions, type AdanState, type AdanWithDecayOptions } from './adan.js';
export { adaptiveGradClip, type AdaptiveGradClipOptions } from './adaptive-grad-clip.js';
export { centralize, normalizeByUpdateNorm } from './centralize.js';
export { conditionallyMask, conditionallyTransform, type Condition, type ConditionalOptions, type ConditionalState } from './conditional.js';
export { fromage } from './fromage.js';
export { keepParamsNonnegative } from './keep-params-nonnegative.js';
export { addNoise, noisySgd, type NoiseOptions, type NoiseState } from './noise.js';
export { novograd, scaleByNovograd, type NovogradOptions, type NovogradState } from './novograd.js';
export { optimisticGradientDescent, scaleByOptimisticGradient, type OptimisticGradientOptions, type OptimisticGradientState } from './optimistic-gradient.js';
export { polyakSgd, scaleByPolyak, type ObjectiveValue, type PolyakOptions } from './polyak.js';
export { reduceOnPlateau, type ReduceOnPlateauOptions, type ReduceOnPlateauState } from './reduce-on-plateau.js';
export { rprop, scaleByRprop, type RpropOptions, type RpropState } from './rprop.js';
export {
  scheduleFree, scheduleFreeAdamw, scheduleFreeEvalParams, scheduleFreeSgd, type ScheduleFreeAdamWOptions, type ScheduleFreeOptions, type ScheduleFreeSgdOptions, type ScheduleFreeState,
} from './schedule-free.js';
export { setToZero } from './set-to-zero.js';
export { scaleBySign, signSgd, signum, type SignumOptions } from './sign.js';
export { scaleBySm3, sm3, type Sm3Options, type Sm3State } from './sm3.js';
export { stateless, statelessWithTreeMap } from './stateless.js';
export { zeroNans, type ZeroNansState } from './zero-nans.js';
