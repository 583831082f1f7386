/** Elementwise functions as instructions on vectors: of float32 or float64 lanes, and of masks, whose lanes are all ones or all zeros. */
import { type Code, f32x4, f64x2, type FunctionBuilder, v128 } from './assembler.js';
import type { Constants } from './constants.js';
import { exp, sigmoid, tanh } from './exponential.js';
import { log, log1p } from './logarithm.js';

export type VectorElement = 'float32' | 'float64';
/** What the lanes of a value are. */
export type LaneKind = 'number' | 'mask';

export interface Emission {
  readonly f: FunctionBuilder;
  readonly constants: Constants;
  readonly element: VectorElement;
  readonly exponent: number;
}

type Emit = (operands: readonly Code[], emission: Emission) => Code;

interface Operation {
  readonly operands: readonly LaneKind[];
  readonly result: LaneKind;
  readonly elements: readonly VectorElement[];
  readonly emit: Emit;
}

const lanes = { float32: f32x4, float64: f64x2 } as const;
/** The instructions that both widths have. */
type Instruction = keyof typeof f32x4 & keyof typeof f64x2;
type Unary = 'neg' | 'abs' | 'sqrt' | 'floor' | 'ceil' | 'nearest';
type Binary = Exclude<Instruction, Unary | 'splat'>;

const everyElement = ['float32', 'float64'] as const;
const number = 'number';
const mask = 'mask';
const ofNumber = (name: Unary): Operation => ({ operands: [number], result: number, elements: everyElement, emit: ([x], { element }) => lanes[element][name](x!) });
const ofNumbers = (name: Binary, result: LaneKind): Operation => ({
  operands: [number, number],
  result,
  elements: everyElement,
  emit: ([x, y], { element }) => lanes[element][name](x!, y!),
});
const ofMasks = (emit: (x: Code, y: Code) => Code): Operation => ({ operands: [mask, mask], result: mask, elements: everyElement, emit: ([x, y]) => emit(x!, y!) });
const only32 = (emit: (f: FunctionBuilder, constants: Constants, x: Code) => Code): Operation => ({
  operands: [number],
  result: number,
  elements: ['float32'],
  emit: ([x], { f, constants }) => emit(f, constants, x!),
});
const constant = ({ constants, element }: Emission, value: number): Code => (element === 'float32' ? constants.single(value) : constants.double(value));

/** The exponents of `integerPow` that are worth instructions of their own go from minus this to this. */
export const mostExponent = 16;

/** By squaring, in JAX's order. */
function integerPower(x: Code, emission: Emission): Code {
  const { f, element, exponent } = emission;
  const { mul, div } = lanes[element];
  let square = x;
  let result: Code | undefined;
  for (let bits = Math.abs(exponent); bits > 0; bits = Math.floor(bits / 2)) {
    if (bits % 2 === 1) result = result === undefined ? square : f.vector(mul(result, square));
    if (bits > 1) square = f.vector(mul(square, square));
  }
  const one = constant(emission, 1);
  if (exponent > 0) return result!;
  return result === undefined ? one : div(one, result);
}

/** By the primitive that each of them is. */
export const vectorOperations = {
  neg: ofNumber('neg'),
  abs: ofNumber('abs'),
  sqrt: ofNumber('sqrt'),
  floor: ofNumber('floor'),
  ceil: ofNumber('ceil'),
  round: ofNumber('nearest'),
  exp: only32(exp),
  tanh: only32(tanh),
  sigmoid: only32(sigmoid),
  log: only32(log),
  log1p: only32(log1p),
  sign: {
    operands: [number],
    result: number,
    elements: everyElement,
    emit: ([x], emission) => {
      const { greater, less } = lanes[emission.element];
      const zero = constant(emission, 0);
      const lower = emission.f.vector(v128.select(constant(emission, -1), x!, less(x!, zero)));
      return v128.select(constant(emission, 1), lower, greater(x!, zero));
    },
  },
  integerPow: { operands: [number], result: number, elements: everyElement, emit: ([x], emission) => integerPower(x!, emission) },
  add: ofNumbers('add', number),
  sub: ofNumbers('sub', number),
  mul: ofNumbers('mul', number),
  div: ofNumbers('div', number),
  max: ofNumbers('max', number),
  min: ofNumbers('min', number),
  equal: ofNumbers('equal', mask),
  notEqual: ofNumbers('notEqual', mask),
  less: ofNumbers('less', mask),
  lessEqual: ofNumbers('lessEqual', mask),
  greater: ofNumbers('greater', mask),
  greaterEqual: ofNumbers('greaterEqual', mask),
  isNan: { operands: [number], result: mask, elements: everyElement, emit: ([x], { element }) => lanes[element].notEqual(x!, x!) },
  where: { operands: [mask, number, number], result: number, elements: everyElement, emit: ([condition, x, y]) => v128.select(x!, y!, condition!) },
  not: { operands: [mask], result: mask, elements: everyElement, emit: ([x]) => v128.not(x!) },
  and: ofMasks(v128.and),
  or: ofMasks(v128.or),
  xor: ofMasks(v128.xor),
} as const satisfies Readonly<Record<string, Operation>>;

export type VectorOperation = keyof typeof vectorOperations;

export const operationOf = (name: VectorOperation): Operation => vectorOperations[name];
export const isVectorOperation = (name: string): name is VectorOperation => Object.hasOwn(vectorOperations, name);
