import { LayerNorm } from '@flaxon/layers';
import { add, convGeneralDilated, grad, matmul, mean, relu, softmax, square, tensor, type Tensor } from '@flaxon/tensor';
import { contestant } from '../measure/contestant.js';
import type { WebWork } from '../peers/web.js';
import { Numbers } from './data.js';
import type { Work } from './work.js';

/** How many numbers of each result are compared. */
const compared = 8;
const epsilon = 1e-6;

interface EagerWork {
  readonly kind: WebWork;
  readonly name: string;
  readonly tolerance: number;
  readonly options: Readonly<Record<string, number | readonly number[]>>;
  /** How many numbers each array has, and about how large they are. */
  readonly arrays: Readonly<Record<string, readonly [length: number, size: number]>>;
  readonly run: (arrays: (name: string, shape: readonly number[]) => Tensor) => () => Tensor;
}

const widths = [784, 512, 512, 10] as const;
const batch = 128;
const [rows, columns] = [1024, 1024];
const image = { batch: 8, size: 32, channels: 16, features: 32 } as const;

const layers = widths.slice(1).map((width, i) => [widths[i]!, width] as const);

/** The mean square of what the network gives. */
function networkLoss(x: Tensor, params: readonly Tensor[]): Tensor {
  let h = x;
  for (let i = 0; i < params.length; i += 2) {
    h = add(matmul(h, params[i]!), params[i + 1]!);
    if (i + 2 < params.length) h = relu(h);
  }
  return mean(square(h));
}

const works: readonly EagerWork[] = [
  {
    kind: 'matmul',
    name: 'eager matmul, 512',
    tolerance: 1e-5,
    options: { size: 512 },
    arrays: { a: [512 * 512, 1], b: [512 * 512, 1] },
    run: (array) => {
      const [a, b] = [array('a', [512, 512]), array('b', [512, 512])];
      return () => matmul(a, b);
    },
  },
  {
    kind: 'mlpGradient',
    name: `eager MLP ${widths.join('-')}, forward and backward, batch ${batch}`,
    tolerance: 1e-4,
    options: { batch, widths },
    arrays: { x: [batch * widths[0], 1], ...Object.fromEntries(layers.flatMap(([from, to], i) => [[`kernel${i}`, [from * to, 1 / Math.sqrt(from)]], [`bias${i}`, [to, 0.1]]])) },
    run: (array) => {
      const x = array('x', [batch, widths[0]]);
      const params = layers.flatMap(([from, to], i) => [array(`kernel${i}`, [from, to]), array(`bias${i}`, [to])]);
      const gradient = grad((given: readonly Tensor[]) => networkLoss(x, given));
      return () => (gradient(params) as readonly Tensor[])[0]!;
    },
  },
  {
    kind: 'softmax',
    name: `eager softmax, ${rows} x ${columns}`,
    tolerance: 1e-5,
    options: { rows, columns },
    arrays: { x: [rows * columns, 3] },
    run: (array) => {
      const x = array('x', [rows, columns]);
      return () => softmax(x);
    },
  },
  {
    kind: 'layerNorm',
    name: `eager layer normalisation, ${rows} x ${columns}`,
    tolerance: 1e-5,
    options: { rows, columns },
    arrays: { x: [rows * columns, 3] },
    run: (array) => {
      const x = array('x', [rows, columns]);
      const layer = new LayerNorm({ useScale: false, useBias: false, epsilon });
      return () => layer.apply({}, [x]);
    },
  },
  {
    kind: 'conv',
    name: `eager convolution 3 x 3, ${image.batch} x ${image.size} x ${image.size} x ${image.channels} to ${image.features}`,
    tolerance: 1e-5,
    options: image,
    arrays: { x: [image.batch * image.size * image.size * image.channels, 1], kernel: [9 * image.channels * image.features, 0.1] },
    run: (array) => {
      const x = array('x', [image.batch, image.size, image.size, image.channels]);
      const kernel = array('kernel', [3, 3, image.channels, image.features]);
      return () => convGeneralDilated(x, kernel, { padding: 'SAME', dimensionNumbers: ['NHWC', 'HWIO', 'NHWC'] });
    },
  },
];

/** The eager executor against the libraries that run in a browser too; without them there is nobody to compare with. */
export const eagerWorks: readonly Work[] = works.map(({ kind, name, tolerance, options, arrays, run }) => ({
  name,
  tolerance,
  async contestants({ web }) {
    const numbers = new Numbers(7);
    const data = Object.fromEntries(Object.entries(arrays).map(([key, [length, size]]) => [key, numbers.uniform(length, size)]));
    const flaxon = contestant('flaxon', () => {
      const work = run((key, shape) => tensor(data[key]!, { shape: [...shape] }));
      return async () => Array.from(work().data().slice(0, compared), Number);
    });
    return [flaxon, ...(web?.contestants(kind, data, options) ?? [])];
  },
}));
