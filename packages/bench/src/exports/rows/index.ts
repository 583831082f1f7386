import type { ExportRow } from '../row.js';
import { autoregressiveRows } from './autoregressive.js';
import { controlRows } from './control.js';
import { convexRows } from './convex.js';
import { convolutionRows } from './convolution.js';
import { functionRows } from './functions.js';
import { maskedConvolutionRows } from './masked-convolution.js';
import { perceptronRows } from './perceptron.js';
import { potentialRows } from './potential.js';
import { recurrentRows } from './recurrent.js';
import { samplingRows } from './sampling.js';
import { trainingRows } from './training.js';
import { transformerRows } from './transformer.js';

const rows: readonly ExportRow[] = [
  ...perceptronRows, ...potentialRows, ...maskedConvolutionRows, ...autoregressiveRows, ...convolutionRows, ...transformerRows, ...recurrentRows,
  ...trainingRows, ...samplingRows, ...controlRows, ...convexRows, ...functionRows,
];

const number = ({ id }: ExportRow): number => Number.parseInt(id, 10);

/** All tasks, in the order of their numbers. */
export const exportRows: readonly ExportRow[] = rows.toSorted((a, b) => number(a) - number(b));
