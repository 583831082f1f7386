import { isHalf } from '../dtype/dtype.js';
import { sizeOf } from '../shape/shape.js';
import { convAxes, fillPatches } from './conv-patches.js';
import type { Kernel } from './kernel.js';
import { matmul } from './matmul.js';
import { allocateCompute, computeData, storeData, unsupported } from './number-class.js';

/** Patches of about so many elements are made at a time, so that they stay in the cache. */
const patchElements = 1 << 17;

/**
 * Correlation by matrix products: for each example and group, the patches of the operand that the kernel sees are laid
 * out as a matrix (channels and taps, places), and the kernel is a matrix (features, channels and taps).
 *
 * Feature groups: group g of the channels makes group g of the features. Batch groups: the batch falls into groups of
 * examples, and group g of them makes group g of the features, so the result's batch is that much smaller.
 */
export const convKernel: Kernel<'conv'> = ([x, kernel], params, [output]) => {
  const { dtype, shape } = output!;
  if (dtype === 'bool') return unsupported('conv', dtype);
  const out = allocateCompute(dtype, sizeOf(shape));
  if (out.length === 0) return [storeData(out, dtype)];
  const data = computeData(x!);
  const weights = computeData(kernel!);
  const computeDtype = isHalf(dtype) ? 'float32' : dtype;

  const [examples, features] = shape as readonly [number, number];
  const [, channels] = kernel!.shape as readonly [number, number];
  const groups = params.featureGroupCount * params.batchGroupCount;
  const groupFeatures = features / groups;
  const allChannels = x!.shape[1]!;
  const channelSize = sizeOf(x!.shape.slice(2));
  const inner = channels * sizeOf(kernel!.shape.slice(2));

  const axes = convAxes(x!.shape.slice(2), kernel!.shape.slice(2), shape.slice(2), params);
  const allRows = axes[0]!.places;
  const places = sizeOf(shape.slice(2));
  const rowPlaces = places / allRows;
  const rowsAtOnce = Math.min(allRows, Math.max(1, Math.floor(patchElements / Math.max(1, inner * rowPlaces))));
  const patchMemory = allocateCompute(dtype, inner * rowsAtOnce * rowPlaces);

  for (let example = 0; example < examples; example++) {
    for (let group = 0; group < groups; group++) {
      const source = params.batchGroupCount === 1
        ? (example * allChannels + group * channels) * channelSize
        : (group * examples + example) * allChannels * channelSize;
      const target = (example * features + group * groupFeatures) * places;
      for (let firstRow = 0; firstRow < allRows; firstRow += rowsAtOnce) {
        const endRow = Math.min(allRows, firstRow + rowsAtOnce);
        const columns = (endRow - firstRow) * rowPlaces;
        const patches = patchMemory.subarray(0, inner * columns);
        fillPatches(computeDtype, axes, { data, offset: source, channels, firstRow, endRow }, patches);
        matmul(
          { rows: groupFeatures, inner, columns },
          { data: weights, offset: group * groupFeatures * inner, rowStride: inner, columnStride: 1 },
          { data: patches, offset: 0, rowStride: columns, columnStride: 1 },
          { data: out, offset: target + firstRow * rowPlaces, rowStride: places, columnStride: 1 },
        );
      }
    }
  }
  return [storeData(out, dtype)];
};
