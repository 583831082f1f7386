import { readFileSync } from 'node:fs';
import { ArgumentError, astype, DtypeError, grad, logsumexp, ShapeError, spec, square, sum, tensor, trace, vmap, type Dtype, type NestedArray, type Tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import {
  binaryDiceLoss, cosineDistance, cosineSimilarity, ctcLoss, diceLoss, generalizedKlDivergence, hingeLoss, huberLoss, klDivergence, klDivergenceWithLogTargets, l2Loss, logCoshLoss, makeFenchelYoungLoss,
  multiclassGeneralizedDiceLoss, multiclassHingeLoss, multiclassPerceptronLoss, multiclassSparsemaxLoss, ntxent, perceptronLoss, polyLossCrossEntropy, projectionSimplex,
  rankingSoftmaxLoss, safeSoftmaxCrossEntropy, sigmoidBinaryCrossEntropy, sigmoidFocalLoss, smoothLabels, softmaxCrossEntropy,
  softmaxCrossEntropyWithIntegerLabels, sparsemaxLoss, squaredError, tripletMarginLoss,
} from '../src/index.js';
import { expectClose, type Plain } from './cases/optax.js';

interface LossCase {
  readonly args: readonly { readonly dtype: Dtype; readonly data: NestedArray }[];
  readonly value: Plain;
  readonly gradient: Plain;
}

/** What Optax computed; make_losses.py beside it wrote it. */
const cases = JSON.parse(readFileSync(new URL('cases/losses.json', import.meta.url), 'utf8')) as Readonly<Record<string, LossCase>>;

type Loss = (...args: Tensor[]) => Tensor;
const of = (loss: (a: Tensor, b: Tensor) => Tensor): Loss => (a, b) => loss(a!, b!);

/** By the names in cases/make_losses.py. */
const losses: Readonly<Record<string, Loss>> = {
  squaredError: of(squaredError),
  l2Loss: of(l2Loss),
  huberLoss: of((a, b) => huberLoss(a, b, { delta: 0.7 })),
  logCoshLoss: of(logCoshLoss),
  cosineSimilarity: of(cosineSimilarity),
  cosineDistance: of((a, b) => cosineDistance(a, b, { epsilon: 1.5, axis: 0 })),
  softmaxCrossEntropy: of(softmaxCrossEntropy),
  safeSoftmaxCrossEntropy: of(safeSoftmaxCrossEntropy),
  softmaxCrossEntropyWithIntegerLabels: of(softmaxCrossEntropyWithIntegerLabels),
  'softmaxCrossEntropyWithIntegerLabels along 0': of((a, b) => softmaxCrossEntropyWithIntegerLabels(a, b, { axis: 0 })),
  sigmoidBinaryCrossEntropy: of(sigmoidBinaryCrossEntropy),
  sigmoidFocalLoss: of((a, b) => sigmoidFocalLoss(a, b, { alpha: 0.3, gamma: 1.5 })),
  polyLossCrossEntropy: of((a, b) => polyLossCrossEntropy(a, b, { epsilon: 1.5 })),
  smoothLabels: (a) => smoothLabels(a!, 0.1),
  hingeLoss: of(hingeLoss),
  perceptronLoss: of(perceptronLoss),
  multiclassHingeLoss: of(multiclassHingeLoss),
  multiclassPerceptronLoss: of(multiclassPerceptronLoss),
  tripletMarginLoss: (a, b, c) => tripletMarginLoss(a!, b!, c!),
  klDivergence: of(klDivergence),
  klDivergenceWithLogTargets: of(klDivergenceWithLogTargets),
  generalizedKlDivergence: of(generalizedKlDivergence),
  diceLoss: of(diceLoss),
  'diceLoss with other numbers': of((a, b) => diceLoss(a, b, { classWeights: tensor([0.1, 0.2, 0.3, 0.4], { dtype: 'float64' }), smooth: 0.5, alpha: 0.3, beta: 0.7, ignoreBackground: true, reduction: 'sum' })),
  'diceLoss of each class': of((a, b) => diceLoss(a, b, { applySoftmax: false, reduction: 'none', axis: [0, 1] })),
  multiclassGeneralizedDiceLoss: of(multiclassGeneralizedDiceLoss),
  binaryDiceLoss: of(binaryDiceLoss),
  ntxent: of((a, b) => ntxent(a, b, { temperature: 0.5 })),
  rankingSoftmaxLoss: of(rankingSoftmaxLoss),
  'rankingSoftmaxLoss with a mask': (a, b, c, d) => rankingSoftmaxLoss(a!, b!, { mask: astype(c!, 'bool'), weights: d! }),
  'rankingSoftmaxLoss of each list': (a, b, c) => rankingSoftmaxLoss(a!, b!, { mask: astype(c!, 'bool'), reduction: 'none' }),
  sparsemaxLoss: of(sparsemaxLoss),
  multiclassSparsemaxLoss: of(multiclassSparsemaxLoss),
  'projectionSimplex squared': (a) => square(projectionSimplex(a!)),
  makeFenchelYoungLoss: of(makeFenchelYoungLoss((scores) => logsumexp(scores, { axis: -1 }))),
  ctcLoss: (a, b, c, d) => ctcLoss(a!, b!, c!, d!),
};

const argsOf = (name: string, floating: Dtype): Tensor[] => cases[name]!.args.map(({ dtype, data }) => tensor(data, { dtype: dtype === 'int32' ? 'int32' : floating }));

describe.each(Object.keys(cases))('%s', (name) => {
  it.each([['float64', { relative: 1e-11, absolute: 1e-12 }], ['float32', { relative: 2e-5, absolute: 2e-5 }]] as const)('has the value and the gradient of Optax in %s', (dtype, tolerance) => {
    const [first, ...rest] = argsOf(name, dtype);
    expectClose(losses[name]!(first!, ...rest), cases[name]!.value, tolerance);
    expectClose(grad((x: Tensor) => sum(losses[name]!(x, ...rest)))(first!), cases[name]!.gradient, tolerance);
  });
});

describe('losses', () => {
  const x = tensor([[0.5, -1, 2]], { dtype: 'float32' });

  it('refuse targets of another shape, which would broadcast', () => {
    for (const loss of [squaredError, l2Loss, huberLoss, logCoshLoss, softmaxCrossEntropy, sigmoidBinaryCrossEntropy, hingeLoss, perceptronLoss]) {
      expect(() => loss(x, tensor([1, 2, 3], { dtype: 'float32' }))).toThrow(ShapeError);
    }
  });

  it('refuse integers, in which they have no derivative, and labels that are none', () => {
    expect(() => l2Loss(tensor([1, 2]))).toThrow(DtypeError);
    expect(() => softmaxCrossEntropyWithIntegerLabels(x, x)).toThrow(/for probabilities use `softmaxCrossEntropy`/);
  });

  it('refuse classes whose number is not known', () => {
    const open = [spec('float32', ['batch', 'classes'])];
    for (const loss of [(t: Tensor) => smoothLabels(t, 0.1), (t: Tensor) => multiclassHingeLoss(t, tensor([0]))]) {
      expect(() => trace((t) => [loss(t!)], open)).toThrow(ShapeError);
    }
    expect(() => smoothLabels(tensor(0.5), 0.1)).toThrow(ShapeError);
  });

  it('refuse options that they do not have', () => {
    expect(() => huberLoss(x, x, { dleta: 1 } as object)).toThrow(ArgumentError);
  });

  it('of a safe cross entropy stay finite next to a logit of -infinity', () => {
    const logits = tensor([[0, -Infinity]], { dtype: 'float32' });
    const labels = tensor([[1, 0]], { dtype: 'float32' });
    expect(Number(sum(safeSoftmaxCrossEntropy(logits, labels)).item())).toBeCloseTo(0, 9);
    expect(grad((t: Tensor) => sum(safeSoftmaxCrossEntropy(t, labels)))(logits).data()).toEqual(new Float32Array([0, 0]));
  });

  it('ctcLoss gives each sequence what it gives it alone, and refuses shapes that do not fit', () => {
    const args = argsOf('ctcLoss', 'float64');
    const alone = vmap((...one: Tensor[]) => sum(ctcLoss(...(one.map((t) => t.reshape([1, ...t.shape])) as [Tensor, Tensor, Tensor, Tensor]))))(...args);
    expectClose(alone, cases['ctcLoss']!.value, { relative: 1e-12, absolute: 0 });
    expect(() => ctcLoss(args[0]!, args[0]!, args[2]!, args[3]!)).toThrow(ShapeError);
  });
});
