/** Tables of limits that other exporters have (named in each row), each with a graph that goes beyond it. */
import { spec, type Tensor } from '@flaxon/tensor';
import { expect, it } from 'vitest';
import { exportOnnx } from '../../src/export/export.js';

export interface Limit {
  /** What the other exporter says. */
  readonly limit: string;
  readonly f: (...inputs: Tensor[]) => Tensor | readonly Tensor[];
  readonly inputs: readonly Tensor[];
  /** The shapes that the graph is made for, where some of their dimensions are symbolic. */
  readonly shapes?: readonly (readonly (string | number)[])[];
  /** What is true of the results, whoever computed them: pairs that must be equal up to `tolerance` of the second one's size. */
  readonly laws: (results: readonly Tensor[], inputs: readonly Tensor[]) => readonly (readonly [found: Tensor, expected: Tensor | readonly number[]])[];
  readonly tolerance?: number;
}

export const elements = (x: Tensor | readonly number[]): number[] => ('data' in x ? Array.from(x.data(), Number) : [...x]);

/** What a graph of `f` gives in ONNX Runtime. */
export async function run(f: Limit['f'], inputs: readonly Tensor[], shapes: readonly (readonly (string | number)[])[] = inputs.map((x) => x.staticShape())): Promise<Tensor[]> {
  const model = exportOnnx(f, inputs.map(({ dtype }, i) => spec(dtype, shapes[i]!)));
  const session = await model.createSession();
  const results = await session.run(Object.fromEntries(model.inputs.map(({ name }, i) => [name, inputs[i]!])));
  await session.release();
  return model.outputs.map(({ name }) => results[name]!);
}

export function expectLaw(found: Tensor | readonly number[], expected: Tensor | readonly number[], tolerance: number): void {
  const [a, b] = [elements(found), elements(expected)];
  expect(a).toHaveLength(b.length);
  const scale = Math.max(1, ...b.filter(Number.isFinite).map(Math.abs));
  a.forEach((value, i) => expect(Object.is(value, b[i]) || Math.abs(value - b[i]!) <= tolerance * scale, `element ${i}: ${value}, expected ${b[i]}`).toBe(true));
}

/** A test for each limit. */
export function beyond(limits: readonly Limit[]): void {
  it.each(limits)('$limit', async ({ f, inputs, shapes, laws, tolerance = 1e-12 }) => {
    const pairs = laws(await run(f, inputs, shapes), inputs);
    expect(pairs.length).toBeGreaterThan(0);
    for (const [found, expected] of pairs) expectLaw(found, expected, tolerance);
  });
}
