import { add, ArgumentError, index, mul, random, stack, tensor, type Tensor } from '@flaxon/tensor';

const diagonal = Math.SQRT1_2;

/** The centers of the mixtures, in the unit circle or on its square. */
const centers = {
  simple: [[0, 0]],
  circle: [[1, 0], [-1, 0], [0, 1], [0, -1], [diagonal, diagonal], [diagonal, -diagonal], [-diagonal, diagonal], [-diagonal, -diagonal]],
  squareFive: [[0, 0], [1, 1], [-1, 1], [-1, -1], [1, -1]],
  squareFour: [[1, 0], [0, 1], [-1, 0], [0, -1]],
} as const satisfies Readonly<Record<string, readonly (readonly [number, number])[]>>;

export type GaussianMixtureName = keyof typeof centers;

export interface MixtureOptions {
  /** How far the centers are from the origin. */
  readonly scale?: number;
  /** The square root of the deviation around each center: OTT squares it. */
  readonly std?: number;
}

export interface GaussianMixtureOptions extends MixtureOptions {
  readonly name: GaussianMixtureName;
  readonly batchSize: number;
  readonly key: Tensor;
  /** How many batches are drawn, one after another. */
  readonly batches?: number;
}

/** Batches of points of a mixture in the plane (OTT: `ott.datasets.GaussianMixture`): float32 (batches, batchSize, 2). @throws ArgumentError */
export function gaussianMixture({ name, batchSize, key, batches = 1, scale = 5, std = 0.5 }: GaussianMixtureOptions): Tensor {
  if (!Object.hasOwn(centers, name)) throw new ArgumentError('gaussianMixture', 'name', `must be one of ${Object.keys(centers).join(', ')}, found ${JSON.stringify(name)}`);
  if (!Number.isInteger(batches) || batches < 1) throw new ArgumentError('gaussianMixture', 'batches', `must be a whole number above 0, found ${batches}`);
  const places = tensor(centers[name], { dtype: 'float32' });
  const drawn: Tensor[] = [];
  let next = key;
  for (let batch = 0; batch < batches; batch++) {
    const [choiceKey, noiseKey, after] = keysOf(next, 3) as [Tensor, Tensor, Tensor];
    const chosen = random.choice(choiceKey, places, [batchSize]);
    drawn.push(add(mul(chosen, scale), mul(random.normal(noiseKey, [batchSize, 2]), std ** 2)));
    next = after;
  }
  return stack(drawn);
}

const keysOf = (key: Tensor, count: number): Tensor[] => {
  const keys = random.split(key, count);
  return Array.from({ length: count }, (_, i) => index(keys, [i]));
};

export interface GaussianMixtureSamplersOptions extends MixtureOptions {
  readonly source: GaussianMixtureName;
  readonly target: GaussianMixtureName;
  readonly key: Tensor;
  readonly trainBatchSize?: number;
  readonly validBatchSize?: number;
  /** Which points are drawn: those to train on, or those to validate with. */
  readonly part?: 'train' | 'valid';
}

/**
 * The first points of source and target, (size, 2) each (OTT: `ott.datasets.create_gaussian_mixture_samplers`). Those to train on and
 * those to validate with have keys of their own. @throws ArgumentError
 */
export function gaussianMixtureSamplers(options: GaussianMixtureSamplersOptions): { readonly source: Tensor; readonly target: Tensor } {
  const { source, target, key, trainBatchSize = 2048, validBatchSize = 2048, part = 'train', ...mixture } = options;
  const keys = keysOf(key, 4);
  const [first, batchSize] = part === 'train' ? [0, trainBatchSize] : [2, validBatchSize];
  const draw = (name: GaussianMixtureName, at: number): Tensor => index(gaussianMixture({ ...mixture, name, batchSize, key: keys[at]! }), [0]);
  return { source: draw(source, first), target: draw(target, first + 1) };
}
