/** Layers in a graph and on the eager executor, side by side. */
import { isModule, type Module } from '@flaxon/core';
import { exportOnnx, type ArgumentSpec, type OnnxModel } from '@flaxon/runtime-onnx';
import { random, spec, tree, type Dtype, type Tensor, type Tree } from '@flaxon/tensor';
import { expect } from 'vitest';
import type { LayerRow, Size } from './rows.js';

/** How far results may be apart, relative to the larger of 1 and their size. */
const tolerances: Partial<Record<Dtype, number>> = { float32: 2e-5, float64: 1e-11 };

export const operatorsOf = (model: OnnxModel): string => (model.graph.node ?? []).map(({ opType }) => opType).join(' ');

export function expectAgreement(found: readonly Tensor[], wanted: readonly Tensor[]): void {
  expect(found.map(({ dtype, shape }) => `${dtype}[${shape.join()}]`)).toEqual(wanted.map(({ dtype, shape }) => `${dtype}[${shape.join()}]`));
  wanted.forEach((tensor, i) => {
    const tolerance = tolerances[tensor.dtype] ?? 0;
    const [x, y] = [found[i]!, tensor].map((each) => Array.from(each.data(), Number)) as [number[], number[]];
    const wrong = y.flatMap((value, place) => (Math.abs(x[place]! - value) <= tolerance * Math.max(1, Math.abs(value)) ? [] : [{ output: i, place, value: x[place], wanted: value }]));
    expect(wrong).toEqual([]);
  });
}

const described = (row: LayerRow, batch: Size, dtype: Dtype) => row.inputs(batch).map((input) => ('shape' in input ? input : { shape: input, dtype }));

const argumentsOf = (row: LayerRow, leaves: readonly unknown[]): readonly unknown[] => (row.call === undefined ? leaves : row.call(...leaves));

/** Inputs of a batch of this size, the same in every run. */
export function inputsOf(row: LayerRow, batch: number, dtype: Dtype): readonly Tensor[] {
  return described(row, batch, dtype).map((input, i) => {
    const shape = input.shape as readonly number[];
    return input.dtype === dtype ? random.normal(random.key(i), shape, { dtype }) : random.randint(random.key(i), shape, 0, 5);
  });
}

type Eager = (inputs: readonly Tensor[]) => Tree<Tensor>;

/** What a row makes, as a function of its inputs and as what can be exported: a layer with its first parameters, or a function. */
function subjectOf(row: LayerRow, dtype: Dtype): { readonly eager: Eager; readonly target: Parameters<typeof exportOnnx>[0] } {
  const made = row.make(dtype);
  if (!isModule(made)) return { eager: (inputs) => made(...(argumentsOf(row, inputs) as never[])), target: made };
  const layer = made as Module & { call(...args: readonly unknown[]): Tree<Tensor> };
  const variables = layer.init({ params: random.key(0) }, argumentsOf(row, inputsOf(row, 2, dtype)));
  return { eager: (inputs) => layer.apply(variables, argumentsOf(row, inputs)) as Tree<Tensor>, target: layer.bind(variables) };
}

/** The graph of a row for a batch that may be open, and the same on the eager executor. */
export function exported(row: LayerRow, batch: Size, dtype: Dtype): { readonly model: OnnxModel; readonly eager: Eager } {
  const { eager, target } = subjectOf(row, dtype);
  const specs = described(row, batch, dtype).map((input) => spec(input.dtype, input.shape));
  return { eager, model: exportOnnx(target, argumentsOf(row, specs) as readonly ArgumentSpec[]) };
}

/** Asserts that the graph gives for batches of these sizes what the eager executor gives. */
export async function expectGraphAgrees(row: LayerRow, { batch, sizes, dtype }: { readonly batch: Size; readonly sizes: readonly number[]; readonly dtype: Dtype }): Promise<void> {
  const { model, eager } = exported(row, batch, dtype);
  const session = await model.createSession();
  for (const size of sizes) {
    const inputs = inputsOf(row, size, dtype);
    const results = await session.run(Object.fromEntries(model.inputs.map(({ name }, i) => [name, inputs[i]!])));
    expectAgreement(model.outputs.map(({ name }) => results[name]!), tree.leaves(eager(inputs)));
  }
  await session.release();
}
