/** Runs functions on both executors and compares: the eager kernels share no code with ONNX Runtime's. */
import { astype, type Dtype, formatSpec, isFloating, type Tensor } from '@flaxon/tensor';
import { expect } from 'vitest';
import { compile, type CompileOptions } from '../src/compile/compile.js';
import { evaluateModel } from './third-executor.js';

export type TensorFunction = (...args: Tensor[]) => Tensor | readonly Tensor[];

const listOf = (result: Tensor | readonly Tensor[]): readonly Tensor[] => (Array.isArray(result) ? result : [result as Tensor]);

/** The numbers of a tensor; of half floats their values, not their bits. */
function numbers(x: Tensor): ArrayLike<number | bigint> {
  return x.dtype === 'float16' || x.dtype === 'bfloat16' ? (astype(x, 'float32').data() as Float32Array) : x.data();
}

/** |a - b| relative to 1 + |a|; 0 for equal numbers, infinities and NaNs. */
function distance(a: number | bigint, b: number | bigint): number {
  if (a === b || (Number.isNaN(a) && Number.isNaN(b))) return 0;
  const [x, y] = [Number(a), Number(b)];
  const error = Math.abs(x - y) / (1 + Math.abs(x));
  return Number.isNaN(error) ? Infinity : error;
}

/** A few units in the last place of each dtype; integers and bools are exact. */
export const defaultTolerance = (dtype: Dtype): number => ({ float16: 2e-3, bfloat16: 2e-2, float32: 2e-6, float64: 2e-14 })[dtype as 'float32'] ?? 0;

/** The first element further off than `tolerance`, in words; undefined where there is none. */
export function differences(found: Tensor, expected: Tensor, tolerance: number): string | undefined {
  const [a, b] = [numbers(expected), numbers(found)];
  for (let i = 0; i < a.length; i++) {
    if (distance(a[i]!, b[i]!) > tolerance) return `element ${i}: eager ${String(a[i])}, onnx ${String(b[i])}`;
  }
  return undefined;
}

/** @throws an assertion error that names the first element further off than `tolerance`. */
export function expectClose(found: Tensor, expected: Tensor, tolerance: number, label = ''): void {
  expect({ label, spec: formatSpec(found) }).toEqual({ label, spec: formatSpec(expected) });
  const fault = differences(found, expected, tolerance);
  if (fault !== undefined) expect.fail(`${label} ${fault}`);
}

export interface AgreementOptions extends CompileOptions {
  /** For floats; integers and bools must be equal. */
  readonly tolerance?: number;
  readonly label?: string;
}

/** Checks that `f` gives on ONNX Runtime what the eager executor gives. */
export async function expectAgreement(f: TensorFunction, args: readonly Tensor[], { tolerance, label = '', ...options }: AgreementOptions = {}): Promise<void> {
  const expected = listOf(f(...args));
  const compiled = compile(f, options);
  try {
    const found = listOf(await compiled(...args));
    expect(found.length).toBe(expected.length);
    const allowed = ({ dtype }: Tensor): number => (isFloating(dtype) ? (tolerance ?? defaultTolerance(dtype)) : 0);
    expected.forEach((value, i) => expectClose(found[i]!, value, allowed(value), label));
    const evaluated = evaluateModel(compiled.lower(...args), args);
    expected.forEach((value, i) => expectClose(evaluated[i]!, value, allowed(value), `${label} evaluated`));
  } finally {
    await compiled.release();
  }
}

/** Numbers that repeat from run to run. */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
