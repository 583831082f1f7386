/** What layers over a symmetry group share: one product with a kernel that repeats its few weights. */
import { fields, type Module } from '@flaxon/core';
import { add, ArgumentError, formatShape, initializers, matmul, pad, repeat, reshape, ShapeError, take, tensor, transpose, type Dtype, type Initializer, type Tensor } from '@flaxon/tensor';
import { z } from 'zod';
import { size } from '../attributes.js';
import { promoteDtype } from '../dtype.js';
import { staticSize } from '../shape.js';
import { paramDtype } from './attributes.js';

/** Rows of indices. */
export type IndexTable = readonly (readonly number[])[];

export const symmetryLayer = {
  features: size(),
  useBias: z.boolean().default(true),
  /** One for each weight of a pair of features: where it is 0 (false), there is no weight. */
  mask: z.array(z.union([z.number(), z.boolean()])).optional(),
  /** The edges of the lattice of translations, which mode 'fft' needs. */
  shape: z.array(z.int().positive()).optional(),
  ...paramDtype,
  kernelInit: fields.initializer(initializers.lecunNormal({ inAxis: 1, outAxis: 0 })),
  biasInit: fields.initializer(initializers.zeros),
};

/** Indices in rows of one length. */
export const indexTable = (): z.ZodArray<z.ZodArray<z.ZodInt>> => z.array(z.array(z.int().nonnegative())).min(1);

interface SymmetryLayer {
  readonly features: number;
  readonly useBias: boolean;
  readonly mask?: readonly (number | boolean)[] | undefined;
  readonly paramDtype: Dtype;
  readonly kernelInit: Initializer;
  readonly biasInit: Initializer;
}

interface GroupProduct {
  /** For each place of the input a row that says for each symmetry which weight they share. */
  readonly weightOf: IndexTable;
  /** How many weights a pair of features has without a mask. */
  readonly weights: number;
  /** Whether the bias is made before the kernel. */
  readonly biasFirst: boolean;
}

/**
 * y[f, g] = sum over features i and places r of x[i, r] kernel[f, i, weightOf[r][g]], plus bias[f]: x (batch..., in, places) to
 * (batch..., features, symmetries), with the parameters of `layer`: `kernel` (features, in, weights that the mask leaves) and
 * `bias` (features).
 */
export function groupProduct(name: string, layer: Module & SymmetryLayer, x: Tensor, { weightOf, weights, biasFirst }: GroupProduct): Tensor {
  const [places, symmetries] = [weightOf.length, weightOf[0]!.length];
  const inputs = staticSize(name, x, -2);
  if (x.shape.at(-1) !== places) throw new ShapeError(name, [formatShape(x.shape)], `the last axis of the input must have the ${places} places of the symmetries`);

  const makeBias = (): Tensor | undefined => (layer.useBias ? layer.param('bias', layer.biasInit, [layer.features], layer.paramDtype) : undefined);
  const before = biasFirst ? makeBias() : undefined;
  const kept = keptWeights(name, layer.mask, weights);
  const kernel = layer.param('kernel', layer.kernelInit, [layer.features, inputs, kept.length], layer.paramDtype);
  const [input, few, offset] = promoteDtype(name, [x, kernel, biasFirst ? before : makeBias()]);

  const spread = take(withZero(few, kept, weights), tensor(placesAmong(kept, weightOf)), { axis: 2, mode: 'clip' });
  const full = reshape(transpose(reshape(spread, [layer.features, inputs, places, symmetries]), [1, 2, 0, 3]), [inputs * places, layer.features * symmetries]);
  const y = matmul(reshape(input, [-1, inputs * places]), full);
  return reshape(offset === undefined ? y : add(y, repeat(offset, symmetries)), [...x.shape.slice(0, -2), layer.features, symmetries]);
}

/** The indices of the weights that are there. @throws ArgumentError where the mask has not one entry for each */
function keptWeights(name: string, mask: SymmetryLayer['mask'], weights: number): number[] {
  const all = Array.from({ length: weights }, (_, i) => i);
  if (mask === undefined) return all;
  if (mask.length !== weights) throw new ArgumentError(name, 'mask', `must have one entry for each of the ${weights} places, found ${mask.length}`);
  return all.filter((i) => Number(mask[i]) !== 0);
}

/** With a zero after the weights, for those that are not there. */
const withZero = (kernel: Tensor, kept: readonly number[], weights: number): Tensor => (kept.length === weights ? kernel : pad(kernel, [[0, 0], [0, 0], [0, 1]]));

/** Where the weights stand among those that are there, row after row; the place after them for one that is not. */
function placesAmong(kept: readonly number[], weightOf: IndexTable): number[] {
  const places = new Map(kept.map((weight, place) => [weight, place]));
  return weightOf.flat().map((weight) => places.get(weight) ?? kept.length);
}

/** Where NetKet has a table of one row length: rows and columns exchanged. */
export const exchanged = (table: IndexTable): number[][] => table[0]!.map((_, column) => table.map((row) => row[column]!));

/** @throws ArgumentError where rows differ in length or name what is not there */
export function checkTable(name: string, table: IndexTable, length: number): void {
  const wrong = table.find((row) => row.length !== length || row.some((index) => index >= length));
  if (wrong !== undefined) throw new ArgumentError(name, 'symmetries', `must have rows of ${length} indices from 0 to ${length - 1}, found ${wrong.join(', ')}`);
}
