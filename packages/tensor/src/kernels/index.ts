import { convKernel } from './conv.js';
import { convertKernel } from './convert.js';
import { creationKernels } from './creation.js';
import { dotKernel } from './dot.js';
import { elementwiseKernels } from './elementwise.js';
import { dftKernel } from './fft.js';
import { indexingKernels } from './indexing.js';
import type { KernelTable } from './kernel.js';
import { layoutKernels } from './layout.js';
import { reductionKernels } from './reduce.js';
import { sortKernel } from './sort.js';
import { threefry2x32Kernel } from './threefry.js';
import { putAlongKernel, takeAlongKernel } from './window-along.js';
import { windowSelectKernel, windowSumKernel } from './window.js';

/** The eager kernel of every primitive that computes on data. */
export const kernels: KernelTable = {
  ...elementwiseKernels,
  ...layoutKernels,
  ...reductionKernels,
  ...indexingKernels,
  ...creationKernels,
  convert: convertKernel,
  sort: sortKernel,
  dot: dotKernel,
  conv: convKernel,
  dft: dftKernel,
  windowSum: windowSumKernel,
  windowSelect: windowSelectKernel,
  takeAlong: takeAlongKernel,
  putAlong: putAlongKernel,
  threefry2x32: threefry2x32Kernel,
};
