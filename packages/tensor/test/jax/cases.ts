import { readdirSync, readFileSync } from 'node:fs';
import * as fx from '../../src/index.js';
import type { Dtype, Tensor } from '../../src/index.js';

/** A tensor in a case: dtype, shape, elements; what JSON cannot write is text. */
interface EncodedTensor {
  readonly $: readonly [Dtype, readonly number[], readonly (number | string | boolean)[]];
}

type Encoded = EncodedTensor | number | string | boolean | null | readonly Encoded[] | { readonly [name: string]: Encoded };

/** A call of a function of the library and what JAX gives for it. */
interface EncodedCase {
  readonly name: string;
  /** A name of the library's exports. */
  readonly f: string;
  /** The arguments in order; tensors, lists of them, and plain data. */
  readonly args: readonly Encoded[];
  readonly outputs: readonly EncodedTensor[];
  /** For derivatives: a cotangent for each output (null where it is not floating) and the gradient of each tensor argument. */
  readonly cotangents?: readonly (EncodedTensor | null)[];
  readonly gradients?: readonly (EncodedTensor | null)[];
  readonly rtol: number;
  readonly atol: number;
}

export interface JaxCase {
  readonly name: string;
  readonly f: string;
  /** The call, of the tensors among its arguments alone. */
  readonly call: (...tensors: Tensor[]) => readonly Tensor[];
  readonly tensors: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  readonly cotangents: readonly (Tensor | null)[] | undefined;
  readonly gradients: readonly (Tensor | null)[] | undefined;
  readonly rtol: number;
  readonly atol: number;
}

const isTensor = (value: Encoded): value is EncodedTensor => typeof value === 'object' && value !== null && '$' in value;
const numberOf = (value: number | string | boolean): number => (value === 'nan' ? NaN : value === 'inf' ? Infinity : value === '-inf' ? -Infinity : value === '-0' ? -0 : Number(value));

export function decodeTensor({ $: [dtype, shape, values] }: EncodedTensor): Tensor {
  if (dtype === 'int64' || dtype === 'uint64') {
    const data = values.map((value) => BigInt(value));
    return fx.tensor(dtype === 'int64' ? BigInt64Array.from(data) : BigUint64Array.from(data), { shape, dtype });
  }
  return fx.astype(fx.tensor(Float64Array.from(values, numberOf), { shape }), dtype);
}

const decodeAll = (list: readonly (EncodedTensor | null)[] | undefined): (Tensor | null)[] | undefined => list?.map((one) => one && decodeTensor(one));

/** The value with tensors taken from `next`. */
function rebuild(value: Encoded, next: () => Tensor): unknown {
  if (typeof value === 'string') return numberOfText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (isTensor(value)) return next();
  if (Array.isArray(value)) return (value as readonly Encoded[]).map((one) => rebuild(one, next));
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, rebuild(one as Encoded, next)]));
}

const numberOfText = (value: string): number | string => (['nan', 'inf', '-inf', '-0'].includes(value) ? numberOf(value) : value);

function tensorsIn(value: Encoded): EncodedTensor[] {
  if (typeof value !== 'object' || value === null) return [];
  if (isTensor(value)) return [value];
  return (Object.values(value) as Encoded[]).flatMap(tensorsIn);
}

type AnyFunction = (...args: readonly unknown[]) => unknown;

const listOf = (result: unknown): Tensor[] => (result instanceof fx.Tensor ? [result] : (Object.values(result as object) as unknown[]).flatMap(listOf));

/** The function of a name: an export, or for `at.add` that method of what `at` gives. */
function functionOf(name: string): AnyFunction {
  const [, method] = /^at\.(\w+)$/.exec(name) ?? [];
  if (method !== undefined) return (x, items, ...rest) => (Reflect.get(fx.at(x as Tensor, items as readonly fx.IndexItem[]), method) as AnyFunction)(...rest);
  const f = name.split('.').reduce<unknown>((owner, part) => (owner as Record<string, unknown>)[part], fx) as AnyFunction | undefined;
  if (typeof f !== 'function') throw new Error(`the library exports no function ${name}`);
  return f;
}

function decode(given: EncodedCase): JaxCase {
  const f = functionOf(given.f);
  const call = (...tensors: Tensor[]): readonly Tensor[] => {
    const rest = [...tensors];
    return listOf(f(...given.args.map((argument) => rebuild(argument, () => rest.shift()!))));
  };
  return {
    ...given,
    call,
    tensors: given.args.flatMap(tensorsIn).map(decodeTensor),
    outputs: given.outputs.map(decodeTensor),
    cotangents: decodeAll(given.cotangents),
    gradients: decodeAll(given.gradients),
  };
}

const folder = new URL('./cases/', import.meta.url);

export const families: readonly string[] = readdirSync(folder).map((file) => file.replace('.json', ''));

/** The cases of a family: made by `make_cases.py` with JAX 0.10.2. */
export const casesOf = (family: string): JaxCase[] => (JSON.parse(readFileSync(new URL(`${family}.json`, folder), 'utf8')) as EncodedCase[]).map(decode);

/** The elements as numbers; of half floats their values. */
function numbersOf(x: Tensor): number[] {
  return Array.from((x.dtype === 'float16' || x.dtype === 'bfloat16' ? fx.astype(x, 'float32') : x).data() as Float64Array, Number);
}

/** What is wrong with `found`; undefined where it is what JAX gives. */
export function difference(found: Tensor, expected: Tensor, { rtol, atol }: { readonly rtol: number; readonly atol: number }): string | undefined {
  if (fx.formatSpec(found) !== fx.formatSpec(expected)) return `found ${fx.formatSpec(found)}, JAX ${fx.formatSpec(expected)}`;
  const [a, b] = [numbersOf(found), numbersOf(expected)];
  const isExact = !fx.isFloating(expected.dtype);
  for (let i = 0; i < b.length; i++) {
    const [x, y] = [a[i]!, b[i]!];
    const isNear = Object.is(x, y) || (Number.isNaN(x) && Number.isNaN(y)) || x === y || (!isExact && Math.abs(x - y) <= atol + rtol * Math.abs(y));
    if (!isNear) return `element ${i}: found ${x}, JAX ${y}`;
  }
  return undefined;
}

/** The gradients of a case by reverse mode. */
export function gradientsOf({ call, tensors, cotangents }: JaxCase): (Tensor | null)[] {
  const floating = tensors.map((x) => fx.isFloating(x.dtype));
  const kept = cotangents!.flatMap((cotangent, i) => (cotangent ? [i] : []));
  const f = (...moving: Tensor[]): Tensor[] => {
    const rest = [...moving];
    const results = call(...tensors.map((x, i) => (floating[i] ? rest.shift()! : x)));
    return kept.map((i) => results[i]!);
  };
  const [, back] = fx.vjp(f, ...tensors.filter((_, i) => floating[i]));
  const found = [...(back(kept.map((i) => cotangents![i]!)) as Tensor[])];
  return floating.map((one) => (one ? found.shift()! : null));
}
