/** One task that a user wants as an ONNX graph, written as a user writes it. */
import type { Collection, Variables } from '@flaxon/core';
import type { ArgumentSpec, ExportableFunction, ExportableModule } from '@flaxon/runtime-onnx';
import { add, type Dim, isFloating, random, type Spec, type Tensor, tree } from '@flaxon/tensor';

export interface ExportRow {
  /** The name of the case in the table of the peers (`peers.ts`). */
  readonly id: string;
  /** How many examples the row is counted and timed with; undefined where it has no batch. */
  readonly batch: number | undefined;
  /** The largest error over the largest element of the expected result. */
  readonly tolerance: number;
  readonly prepare: () => Task;
}

export interface Task {
  /** What is exported: a function, or a bound module. */
  readonly target: ExportableFunction | ExportableModule;
  /** The same on the eager executor. */
  readonly run: (...args: readonly never[]) => unknown;
  /** The arguments for a batch, which may be symbolic. */
  readonly specs: (batch: string | number) => readonly ArgumentSpec[];
  /** A tensor for a leaf, where `drawn` will not do. */
  readonly draw?: Draw;
}

export type Draw = (spec: Spec, key: Tensor) => Tensor;

/** The tolerances that the peers were held to. */
export const tolerances = { float32: 2e-5, float64: 1e-12 } as const;

/** A function of tensors as the task: what is exported is what runs. */
export const functionTask = (run: (...args: readonly never[]) => unknown, specs: Task['specs'], draw?: Draw): Task => ({ target: run, run, specs, ...(draw && { draw }) });

/** Variables moved by positive numbers, so that no bias is zero and every variance positive. */
export function perturbed(variables: Variables): Variables {
  let seed = 100;
  const move = (leaf: Tensor): Tensor => {
    if (!isFloating(leaf.dtype)) return leaf;
    const dtype = leaf.dtype === 'float64' ? 'float64' : 'float32';
    return add(leaf, random.uniform(random.key(seed++), leaf.staticShape(), { dtype, minval: 0.05, maxval: 0.25 }));
  };
  return tree.map(move, variables) as Variables;
}

/** The tree of parameters among `variables`. */
export const paramsOf = (variables: Variables): Collection => variables['params']!;

/** True for the spec of a key: uint32[2]. */
export const isKey = ({ dtype, shape }: Spec): boolean => dtype === 'uint32' && shape.length === 1 && shape[0] === 2;

/** What a leaf is drawn as, unless a row says otherwise: whole numbers from 0 to 9, or normal numbers. */
export function drawn(spec: Spec, key: Tensor): Tensor {
  const shape: readonly Dim[] = spec.shape;
  if (isFloating(spec.dtype)) return random.normal(key, shape, { dtype: spec.dtype as 'float32' | 'float64' });
  return random.randint(key, shape, 0, 10, { dtype: spec.dtype as 'int32' });
}
