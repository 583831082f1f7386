/** A row's graph beside the eager executor. */
import { type ArgumentSpec, exportOnnx, type OnnxModel } from '@flaxon/runtime-onnx';
import { isFloating, random, type Spec, Tensor, tree, type Tree } from '@flaxon/tensor';
import type { InferenceSession } from 'onnxruntime-node';
import { ortFeeds } from './ort-feeds.js';
import { drawn, isKey, type ExportRow, type Task } from './row.js';

/** The model of a task for a batch, which may be symbolic. */
export const exportTask = ({ target, specs }: Task, batch: string | number): OnnxModel => exportOnnx(target, specs(batch));

/** Arguments for a batch, the same for the same seed. */
export function argumentsOf({ specs, draw = drawn }: Task, batch: number, seed: number): readonly Tree<Tensor>[] {
  let count = 0;
  return specs(batch).map((argument) => tensorsFor(argument, (leaf) => (isKey(leaf) ? random.key(seed) : draw(leaf, random.foldIn(random.key(seed), count++)))));
}

const isSpec = (value: object): value is Spec => 'dtype' in value && 'shape' in value;

/** The tree of a tensor for each spec. */
function tensorsFor(argument: ArgumentSpec, make: (spec: Spec) => Tensor): Tree<Tensor> {
  if (typeof argument !== 'object' || argument === null) throw new TypeError('a row has no arguments but tensors');
  if (isSpec(argument)) return make(argument);
  if (Array.isArray(argument)) return argument.map((part: ArgumentSpec) => tensorsFor(part, make));
  return Object.fromEntries(Object.entries(argument).map(([key, part]) => [key, tensorsFor(part as ArgumentSpec, make)]));
}

/** What the graph is fed with: the leaves of the arguments in order. */
export function feedsOf(model: OnnxModel, args: readonly Tree<Tensor>[]): Record<string, Tensor> {
  const leaves = args.flatMap((argument) => tree.leaves<Tensor>(argument));
  return Object.fromEntries(model.inputs.map(({ name }, i) => [name, leaves[i]!]));
}

const isTensor = (value: unknown): value is Tensor => value instanceof Tensor;
const leavesOf = (result: unknown): readonly Tensor[] => (isTensor(result) ? [result] : tree.leaves<Tensor>(result as Tree<Tensor>));

/** What the runtime gave for one output. */
interface Found {
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: ArrayLike<unknown>;
}

/** The largest error of a result over its largest element: 0 where whole numbers agree, infinity where they or the shapes do not. */
export function relativeError(found: Found, expected: Tensor): number {
  if (found.type !== expected.dtype || found.dims.join() !== expected.shape.join()) return Infinity;
  const [a, b] = [found.data, expected.data()].map((data) => Array.from(data as ArrayLike<number | bigint | boolean>, Number));
  const difference = Math.max(0, ...a!.map((value, i) => (value === b![i] ? 0 : Math.abs(value - b![i]!))));
  if (difference === 0) return 0;
  return isFloating(expected.dtype) ? difference / Math.max(...b!.map(Math.abs)) : Infinity;
}

/** The largest error among the results of a session at one batch. */
export async function errorOf(task: Task, model: OnnxModel, session: InferenceSession, batch: number, seed: number): Promise<number> {
  const args = argumentsOf(task, batch, seed);
  const results = await session.run(ortFeeds(feedsOf(model, args)));
  const expected = leavesOf(task.run(...(args as readonly never[])));
  return Math.max(...model.outputs.map(({ name }, i) => relativeError(results[name] as Found, expected[i]!)));
}

/** The number of examples that a row is exported with where it has no batch. */
export const staticBatch = ({ batch }: ExportRow): number => batch ?? 1;
