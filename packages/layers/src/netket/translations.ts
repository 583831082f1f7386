import { ArgumentError } from '@flaxon/tensor';
import { productOf } from '../shape.js';
import type { IndexTable } from './symmetry.js';

/** A group that is made of the translations of a lattice and of `points` others, and acts on `places` in each cell of the lattice. */
interface TranslationGroup {
  /** The edges of the lattice. */
  readonly shape: readonly number[];
  readonly places: number;
  readonly points: number;
  /** The weight between a place of the first cell and the symmetry of a cell and a point. */
  readonly weightAt: (place: number, cell: number, point: number) => number;
}

/**
 * Which weight each place (cell, place) of the input shares with each symmetry (cell, point), where that depends on the difference of the
 * cells alone: what NetKet computes with a Fourier transform in mode 'fft', from the row of the first cell.
 */
export function overTranslations({ shape, places, points, weightAt }: TranslationGroup): IndexTable {
  const cells = Array.from({ length: productOf(shape) }, (_, cell) => cell);
  const between = (from: number, to: number): number => cellAt(shape, placesOf(shape, to).map((place, axis) => place - placesOf(shape, from)[axis]!));
  const range = (length: number): number[] => Array.from({ length }, (_, i) => i);
  return cells.flatMap((from) => {
    const differences = cells.map((to) => between(from, to));
    return range(places).map((place) => differences.flatMap((cell) => range(points).map((point) => weightAt(place, cell, point))));
  });
}

/** The edges of the lattice of translations. @throws ArgumentError where they are missing, or have cells that do not divide `counts` */
export function latticeOf(layer: string, shape: readonly number[] | undefined, counts: readonly number[]): readonly number[] {
  if (shape === undefined) throw new ArgumentError(layer, 'shape', "must give the edges of the lattice of translations with `mode: 'fft'`");
  const cells = productOf(shape);
  if (counts.some((count) => count % cells !== 0)) throw new ArgumentError(layer, 'shape', `has ${cells} cells, which must divide the ${counts.join(' sites and ')} symmetries`);
  return shape;
}

/** The place of a cell along each axis. */
const placesOf = (shape: readonly number[], cell: number): number[] => shape.map((size, axis) => Math.floor(cell / productOf(shape.slice(axis + 1))) % size);

/** The cell at places along each axis, which go around the ends. */
const cellAt = (shape: readonly number[], places: readonly number[]): number => places.reduce((cell, place, axis) => cell * shape[axis]! + ((place + shape[axis]!) % shape[axis]!), 0);
