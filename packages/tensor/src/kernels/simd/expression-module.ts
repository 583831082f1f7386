/** A function that evaluates an expression of elementwise operations on all its elements, with what lies between them in registers. */
import { type Code, FunctionBuilder, i16x8, i32, i32x4, i64x2, i8x16, type Local, v128 } from './assembler.js';
import type { Constants } from './constants.js';
import { type LaneKind, operationOf, type VectorElement, type VectorOperation } from './operations.js';

/** How an operand goes along with the elements of a row: with one of its own for each, or with one for all. */
export type Spread = 'each' | 'row';

export interface ExpressionOperand {
  readonly kind: LaneKind;
  readonly spread: Spread;
}

export interface ExpressionStep {
  readonly operation: VectorOperation;
  /** Values: the operands first, then the results of the steps before. */
  readonly values: readonly number[];
  /** Of `integerPow`. */
  readonly exponent?: number;
}

export interface Expression {
  readonly element: VectorElement;
  readonly operands: readonly ExpressionOperand[];
  readonly steps: readonly ExpressionStep[];
  /** The values that are stored. */
  readonly results: readonly number[];
}

const vectorBytes = 16;

/** Elements in a vector. */
export const laneCount = (element: VectorElement): number => (element === 'float32' ? 4 : 2);

/** The bytes of an element: bools take one. */
export const elementBytes = (element: VectorElement, kind: LaneKind): number => (kind === 'mask' ? 1 : vectorBytes / laneCount(element));

/** Bytes 0 and 1 as lanes of zeros and ones. */
function maskOfBytes(element: VectorElement, address: Code): Code {
  if (element === 'float32') return i32x4.neg(i32x4.fromLower(i16x8.fromLower(v128.load32Zero(address))));
  return i64x2.neg(i64x2.fromLowerUnsigned(i32x4.fromLower(i16x8.fromLower(v128.load16Splat(address)))));
}

function storeMask(f: FunctionBuilder, element: VectorElement, address: Code, mask: Code): Code {
  const words = element === 'float32' ? mask : v128.words(f.vector(mask), [0, 2, 0, 2]);
  const shorts = f.vector(i16x8.narrow(f.vector(words), words));
  const bytes = i8x16.neg(i8x16.narrow(shorts, shorts));
  return element === 'float32' ? v128.store32Lowest(address, bytes) : v128.store16Lowest(address, bytes);
}

const load = (element: VectorElement, kind: LaneKind, address: Code): Code => (kind === 'number' ? v128.load(address) : maskOfBytes(element, address));

/** One element in all lanes. */
function loadSplat(element: VectorElement, kind: LaneKind, address: Code): Code {
  if (kind === 'mask') return i64x2.neg(i64x2.fromLowerUnsigned(i32x4.fromLower(i16x8.fromLower(v128.load8Splat(address)))));
  return element === 'float32' ? v128.load32Splat(address) : v128.load64Splat(address);
}

/**
 * A function of (rows, vectors a row, and for each operand and then each result its address and the bytes from row to row). Rows and vectors are from 1 on. The last
 * vector of a row may go beyond its end, in results into the next row, which comes later.
 */
export function makeExpression({ element, operands, steps, results }: Expression, constants: Constants): FunctionBuilder {
  const f = new FunctionBuilder(Array.from({ length: 2 + 2 * (operands.length + results.length) }, () => 'i32'));
  const [rows, vectors] = [f.parameter(0), f.parameter(1)];
  const address = (index: number): Local => f.parameter(2 + 2 * index);
  const rowBytes = (index: number): Code => f.parameter(3 + 2 * index).get;
  const kinds: LaneKind[] = [...operands.map(({ kind }) => kind), ...steps.map(({ operation }) => operationOf(operation).result)];
  const moveOn = (local: Local, by: Code): void => f.emit(local.set(i32.add(local.get, by)));
  const vectorStep = (kind: LaneKind): Code => i32.const(laneCount(element) * elementBytes(element, kind));

  f.repeat(() => {
    const alongRow = operands.map((operand, i) => (operand.spread === 'each' ? f.variable('i32', address(i).get) : undefined));
    const values: Code[] = operands.map((operand, i) => (operand.spread === 'row' ? f.vector(loadSplat(element, operand.kind, address(i).get)) : []));
    const places = results.map((_, i) => f.variable('i32', address(operands.length + i).get));
    const left = f.variable('i32', vectors.get);
    f.repeat(() => {
      const current = [...values];
      alongRow.forEach((at, i) => {
        if (at) current[i] = f.vector(load(element, operands[i]!.kind, at.get));
      });
      for (const { operation, values: taken, exponent = 1 } of steps) {
        current.push(f.vector(operationOf(operation).emit(taken.map((value) => current[value]!), { f, constants, element, exponent })));
      }
      results.forEach((value, i) => {
        const place = places[i]!;
        f.emit(kinds[value] === 'mask' ? storeMask(f, element, place.get, current[value]!) : v128.store(place.get, current[value]!));
        moveOn(place, vectorStep(kinds[value]!));
      });
      alongRow.forEach((at, i) => at && moveOn(at, vectorStep(operands[i]!.kind)));
      moveOn(left, i32.const(-1));
      return left.get;
    });
    for (let i = 0; i < operands.length + results.length; i++) moveOn(address(i), rowBytes(i));
    moveOn(rows, i32.const(-1));
    return rows.get;
  });
  return f;
}
