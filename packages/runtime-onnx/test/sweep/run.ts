/** Runs the programs of a row on both executors and compares. */
import { type Dtype, DtypeError, formatSpec, isFloating, type Primitive, type Spec, spec, type Tensor } from '@flaxon/tensor';
import { exportOnnx } from '../../src/export/export.js';
import { defaultTolerance, differences } from '../agreement.js';
import { arbitrary } from '../values.js';
import type { Case, Operand, Row } from './row.js';
import { rows } from './rows.js';

export interface Place {
  readonly primitive: keyof typeof rows;
  readonly dtype: Dtype;
  readonly opset: number;
  /** Sizes from 2 on are symbolic dimensions; the graph runs with other sizes too. */
  readonly isSymbolic: boolean;
}

export const describePlace = ({ primitive, dtype, opset, isSymbolic }: Place): string => `${primitive} ${dtype} opset ${opset}${isSymbolic ? ' symbolic' : ''}`;

const isScaled = ({ shape, fixed = [] }: Operand, axis: number): boolean => shape[axis]! > 1 && !fixed.includes(axis);
const grown = (operand: Operand, by: number): number[] => operand.shape.map((size, axis) => (isScaled(operand, axis) ? size + by : size));

const realize = (operand: Operand, of: Dtype, by: number): Tensor => (operand.draw ?? arbitrary)(grown(operand, by), operand.dtype ?? of);

function specOf(operand: Operand, of: Dtype, isSymbolic: boolean): Spec {
  const { shape, dtype } = realize(operand, of, 0);
  return isSymbolic ? spec(dtype, operand.shape.map((size, axis) => (isScaled(operand, axis) ? `n${size}` : size))) : { shape, dtype };
}

/** What the eager executor gives; undefined where the primitive is not of this dtype. */
function eagerly(one: Case, dtype: Dtype, by: number): { readonly args: readonly Tensor[]; readonly expected: readonly Tensor[] } | undefined {
  const args = one.operands.map((operand) => realize(operand, dtype, by));
  try {
    return { args, expected: one.f(...args) };
  } catch (error) {
    if (error instanceof DtypeError) return undefined;
    throw error;
  }
}

/** The cases that the dtype has. */
export const casesOf = ({ primitive, dtype, isSymbolic }: Place): Case[] => (rows[primitive] as Row).cases.filter((one) => !(isSymbolic && one.isStatic === true) && eagerly(one, dtype, 0) !== undefined);

const tolerance = (row: Row, dtype: Dtype): number => (row.isExact || !isFloating(dtype) ? 0 : row.scale * defaultTolerance(dtype));

/** One graph of several programs; what is wrong, in words. */
export async function faultsOf(place: Place, cases: readonly Case[]): Promise<string[]> {
  const { primitive, dtype, opset, isSymbolic } = place;
  const row = rows[primitive] as Row;
  const counts = cases.map(({ operands }) => operands.length);
  const f = (...all: Tensor[]): readonly Tensor[] => {
    let at = 0;
    return cases.flatMap((one, i) => one.f(...all.slice(at, (at += counts[i]!))));
  };
  const model = exportOnnx(f, cases.flatMap(({ operands }) => operands.map((operand) => specOf(operand, dtype, isSymbolic))), { opset, name: primitive });
  await using session = await model.createSession();
  const faults: string[] = [];
  for (const by of isSymbolic ? [0, 1] : [0]) {
    const known = cases.map((one) => eagerly(one, dtype, by)!);
    const args = known.flatMap((one) => one.args);
    const expected = known.flatMap((one) => one.expected);
    const found = await session.run(Object.fromEntries(model.inputs.map(({ name }, i) => [name, args[i]!])));
    expected.forEach((value, i) => {
      const result = found[model.outputs[i]!.name]!;
      const fault = formatSpec(result) === formatSpec(value) ? differences(result, value, tolerance(row, value.dtype)) : `is ${formatSpec(result)}, eager ${formatSpec(value)}`;
      if (fault !== undefined) faults.push(`output ${i} of ${expected.length}, ${formatSpec(value)}: ${fault}`);
    });
  }
  return faults;
}

/** The faults of a place, each with the shapes of its program. */
export async function sweep(place: Place): Promise<string[]> {
  const cases = casesOf(place);
  if (cases.length === 0) return [];
  const together = await faultsOf(place, cases).catch((error: unknown) => [String(error)]);
  if (together.length === 0) return [];
  const faults: string[] = [];
  for (const one of cases) {
    const found = await faultsOf(place, [one]).catch((error: unknown) => [String(error)]);
    const operands = one.operands.map((operand) => formatSpec(specOf(operand, place.dtype, place.isSymbolic))).join(' ');
    faults.push(...found.slice(0, 1).map((fault) => `${describePlace(place)}: ${operands}: ${fault.slice(0, 300)}`));
  }
  return faults.length > 0 ? faults : together.map((fault) => `${describePlace(place)}, only all cases together: ${fault.slice(0, 400)}`);
}

export const primitives = Object.keys(rows) as (keyof typeof rows & Primitive)[];
