/**
 * A small assembler of WebAssembly modules with 128-bit vectors: what the kernels need of the binary format
 * (https://webassembly.github.io/spec/core/binary). Instructions are arrays of bytes, operands first, so that expressions nest.
 */

export type Code = readonly number[];

/** LEB128. */
function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  return [...bytes, rest];
}

function signed(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest < -0x40 || rest >= 0x40) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>= 7;
  }
  return [...bytes, rest & 0x7f];
}

export const i32 = {
  const: (value: number): Code => [0x41, ...signed(value)],
  load: (address: Code): Code => [...address, 0x28, 2, 0],
  add: (a: Code, b: Code): Code => [...a, ...b, 0x6a],
  sub: (a: Code, b: Code): Code => [...a, ...b, 0x6b],
  lessUnsigned: (a: Code, b: Code): Code => [...a, ...b, 0x49],
  lessOrEqual: (a: Code, b: Code): Code => [...a, ...b, 0x4c],
} as const;

const vector = (opcode: number): Code => [0xfd, ...unsigned(opcode)];
const unary = (opcode: number) => (a: Code): Code => [...a, ...vector(opcode)];
const binary = (opcode: number) => (a: Code, b: Code): Code => [...a, ...b, ...vector(opcode)];
const ternary = (opcode: number) => (a: Code, b: Code, c: Code): Code => [...a, ...b, ...c, ...vector(opcode)];
/** By a count of bits that is the same for all lanes. */
const shift = (opcode: number) => (a: Code, count: number): Code => [...a, ...i32.const(count), ...vector(opcode)];
const memory = (opcode: number, alignment: number) => (address: Code, offset = 0): Code => [...address, ...vector(opcode), ...unsigned(alignment), ...unsigned(offset)];
const shuffle = (...lanes: readonly number[]) => (a: Code, b: Code): Code => [...a, ...b, ...vector(0x0d), ...lanes.flatMap((lane) => Array.from({ length: 8 }, (_, i) => 8 * lane + i))];
/** The bytes of lanes of 32 bits. */
const words = (order: readonly number[]): number[] => order.flatMap((lane) => [0, 1, 2, 3].map((i) => 4 * lane + i));

export const v128 = {
  load: memory(0x00, 2),
  store: (address: Code, value: Code, offset = 0): Code => [...address, ...value, ...vector(0x0b), ...unsigned(4), ...unsigned(offset)],
  load32Splat: memory(0x09, 2),
  load64Splat: memory(0x0a, 3),
  /** Lanes of 64 bits: both lower ones, and both upper ones. */
  lower: shuffle(0, 2),
  upper: shuffle(1, 3),
  /** Lanes of 32 bits in turn, from the lower halves of both and from the upper ones. */
  interleaveLower: (a: Code, b: Code): Code => [...a, ...b, ...vector(0x0d), ...words([0, 4, 1, 5])],
  interleaveUpper: (a: Code, b: Code): Code => [...a, ...b, ...vector(0x0d), ...words([2, 6, 3, 7])],
  /** Lanes of 32 bits of one vector, in the order given. */
  words: (a: Code, order: readonly number[]): Code => [...a, ...a, ...vector(0x0d), ...words(order)],
  /** The lowest four bytes; zeros above. */
  load32Zero: memory(0x5c, 2),
  /** One byte, in all lanes of 8 bits. */
  load8Splat: memory(0x07, 0),
  /** Two bytes, in all lanes of 16 bits. */
  load16Splat: memory(0x08, 1),
  /** The lowest two or four bytes. */
  store16Lowest: (address: Code, value: Code): Code => [...address, ...value, ...vector(0x59), ...unsigned(0), 0, 0],
  store32Lowest: (address: Code, value: Code): Code => [...address, ...value, ...vector(0x5a), ...unsigned(0), 0, 0],
  not: unary(0x4d),
  and: binary(0x4e),
  /** Bits of the first where those of the second are not set. */
  andNot: binary(0x4f),
  or: binary(0x50),
  xor: binary(0x51),
  /** Bits of `a` where those of the mask are set, else of `b`. */
  select: ternary(0x52),
  anyTrue: unary(0x53),
} as const;

export const i8x16 = {
  neg: unary(0x61),
  /** The lanes of 16 bits of both, side by side, as bytes. */
  narrow: binary(0x65),
} as const;

export const i16x8 = {
  /** The lanes of 32 bits of both, side by side. */
  narrow: binary(0x85),
  /** The lower eight bytes. */
  fromLower: unary(0x89),
} as const;

export const i32x4 = {
  /** The lower four unsigned lanes of 16 bits. */
  fromLower: unary(0xa9),
  neg: unary(0xa1),
  splat: unary(0x11),
  shiftLeft: shift(0xab),
  shiftRightSigned: shift(0xac),
  shiftRightUnsigned: shift(0xad),
  add: binary(0xae),
  sub: binary(0xb1),
} as const;

export const i64x2 = {
  fromLowerUnsigned: unary(0xc9),
  neg: unary(0xc1),
  shiftLeft: shift(0xcb),
  add: binary(0xce),
} as const;

export const f32x4 = {
  splat: unary(0x13),
  equal: binary(0x41),
  notEqual: binary(0x42),
  less: binary(0x43),
  greater: binary(0x44),
  lessEqual: binary(0x45),
  greaterEqual: binary(0x46),
  /** Two float64 lanes rounded into the lower lanes. */
  demote: unary(0x5e),
  ceil: unary(0x67),
  floor: unary(0x68),
  nearest: unary(0x6a),
  abs: unary(0xe0),
  neg: unary(0xe1),
  sqrt: unary(0xe3),
  add: binary(0xe4),
  sub: binary(0xe5),
  mul: binary(0xe6),
  div: binary(0xe7),
  min: binary(0xe8),
  max: binary(0xe9),
  /** The larger one; the first where they are equal or one is NaN. One instruction of the processor, `max` is eight. */
  largerOrFirst: binary(0xeb),
  fromSigned: unary(0xfa),
} as const;

export const f64x2 = {
  splat: unary(0x14),
  /** The lower two float32 lanes. */
  promote: unary(0x5f),
  equal: binary(0x47),
  notEqual: binary(0x48),
  less: binary(0x49),
  greater: binary(0x4a),
  lessEqual: binary(0x4b),
  greaterEqual: binary(0x4c),
  ceil: unary(0x74),
  floor: unary(0x75),
  nearest: unary(0x94),
  abs: unary(0xec),
  neg: unary(0xed),
  sqrt: unary(0xef),
  add: binary(0xf0),
  sub: binary(0xf1),
  mul: binary(0xf2),
  div: binary(0xf3),
  min: binary(0xf4),
  max: binary(0xf5),
  /** The smaller or larger one; the first where they are equal or one is NaN. */
  smallerOrFirst: binary(0xf6),
  largerOrFirst: binary(0xf7),
} as const;

const types = { i32: 0x7f, f32: 0x7d, v128: 0x7b } as const;
export type ValueType = keyof typeof types;

/** A variable of a function. */
export interface Local {
  readonly get: Code;
  readonly set: (value: Code) => Code;
}

/** A function in the making: its parameters, variables and instructions. */
export class FunctionBuilder {
  readonly parameters: readonly ValueType[];
  private readonly variables: ValueType[] = [];
  private readonly instructions: number[] = [];

  constructor(parameters: readonly ValueType[]) {
    this.parameters = parameters;
  }

  parameter(index: number): Local {
    return { get: [0x20, ...unsigned(index)], set: (value) => [...value, 0x21, ...unsigned(index)] };
  }

  /** A new variable that holds `value` from here on. */
  variable(type: ValueType, value: Code): Local {
    this.variables.push(type);
    const local = this.parameter(this.parameters.length + this.variables.length - 1);
    this.emit(local.set(value));
    return local;
  }

  /** A new vector variable; gives the instruction that reads it. */
  vector(value: Code): Code {
    return this.variable('v128', value).get;
  }

  emit(code: Code): void {
    this.instructions.push(...code);
  }

  /** Repeats what `body` emits while the condition that it returns holds. */
  repeat(body: () => Code): void {
    this.emit([0x03, 0x40]);
    this.emit([...body(), 0x0d, 0x00, 0x0b]);
  }

  /** Runs what `body` emits if the condition holds. */
  when(condition: Code, body: () => void): void {
    this.emit([...condition, 0x04, 0x40]);
    body();
    this.emit([0x0b]);
  }

  /** The body of the function in the code section. */
  bytes(): Code {
    const locals = this.variables.flatMap((type) => [1, types[type]]);
    const body = [...unsigned(this.variables.length), ...locals, ...this.instructions, 0x0b];
    return [...unsigned(body.length), ...body];
  }
}

const text = (value: string): Code => [...unsigned(value.length), ...Array.from(value, (letter) => letter.charCodeAt(0))];
const list = (items: readonly Code[]): Code => [...unsigned(items.length), ...items.flat()];
const section = (id: number, contents: Code): Code => [id, ...unsigned(contents.length), ...contents];

/** Where a module finds a memory that is given to it. */
export const memoryImport = { module: 'flaxon', name: 'memory' } as const;

/** A module with `pages` of 64 KiB of memory, exported as `memory` or given to it, and functions that are exported by name and give nothing back. */
export function assembleModule(pages: number, functions: Readonly<Record<string, FunctionBuilder>>, memoryIs: 'own' | 'given' = 'own'): Uint8Array<ArrayBuffer> {
  const limits: Code = [0x01, ...unsigned(pages), ...unsigned(pages)];
  const entries = Object.entries(functions);
  const signatures = entries.map(([, { parameters }]): Code => [0x60, ...list(parameters.map((type) => [types[type]])), 0x00]);
  return Uint8Array.from([
    0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00,
    ...section(1, list(signatures)),
    ...(memoryIs === 'given' ? section(2, list([[...text(memoryImport.module), ...text(memoryImport.name), 0x02, ...limits]])) : []),
    ...section(3, list(entries.map((_, i) => unsigned(i)))),
    ...(memoryIs === 'own' ? section(5, list([limits])) : []),
    ...section(7, list([[...text('memory'), 0x02, 0x00], ...entries.map(([name], i) => [...text(name), 0x00, ...unsigned(i)])])),
    ...section(10, list(entries.map(([, builder]) => builder.bytes()))),
  ]);
}
