/** A training as a checkpoint, and back. */
import { fromStateDict, toStateDict, type CheckpointManager, type CheckpointRecord, type CheckpointTree, type StateDict } from '@flaxon/checkpoint';
import type { StepKeys, Variables } from '@flaxon/core';
import { tree, type Tensor, type Tree } from '@flaxon/tensor';
import { z } from 'zod';
import { ResumeError } from '../errors.js';
import type { Totals } from '../metrics/totals.js';
import type { TrainerState } from '../step/state.js';
import type { Every } from './every.js';
import type { Progress } from './progress.js';

export interface CheckpointOptions {
  /** Where checkpoints are kept, and which of them. */
  readonly manager: CheckpointManager;
  /** How often one is written, besides at the end: after each epoch by default. */
  readonly every?: Every;
}

/** A training that can go on: its state, and how far it is. */
export interface Snapshot {
  readonly state: TrainerState;
  readonly progress: Progress;
}

/** What stands beside the tensors of a checkpoint. JSON has no infinite numbers: what is watched is then null. */
const metadataSchema = z.object({
  format: z.literal('flaxon-trainer-1'),
  epoch: z.int().nonnegative(),
  batch: z.int().nonnegative(),
  data: z.string().nullable(),
  stopping: z.object({ best: z.number().nullable(), bestStep: z.number().nullable(), waited: z.int(), isStopped: z.boolean() }),
  evaluated: z.record(z.string(), z.number().nullable()).nullable(),
  keys: z.record(z.string(), z.string()),
  has: z.object({ totals: z.boolean(), best: z.boolean() }),
});

/** The keys of the streams that steps draw from, as text. */
const keyTexts = (keys: StepKeys): Record<string, string> =>
  Object.fromEntries(Object.entries(keys).flatMap(([stream, key]) => (stream === 'params' ? [] : [[stream, Array.from(key.data(), String).join(',')]])));

const asCheckpoint = (of: Tree<Tensor> | Variables): CheckpointTree => of as CheckpointTree;

export function saveSnapshot(manager: CheckpointManager, { state, progress }: Snapshot, keys: StepKeys, metrics: Readonly<Record<string, number>>): Promise<CheckpointRecord> {
  const { epoch, batch, data, stopping, evaluated, totals, best } = progress;
  const metadata: z.infer<typeof metadataSchema> = { format: 'flaxon-trainer-1', epoch, batch, data, stopping, evaluated, keys: keyTexts(keys), has: { totals: totals !== null, best: best !== null } };
  const checkpoint: CheckpointTree = { state: asCheckpoint(state), totals, best: best === null ? null : asCheckpoint(best) };
  return manager.save(stepOf(state), checkpoint, { metrics, metadata });
}

export const stepOf = (state: TrainerState): number => Number(state.step.item());

/**
 * The snapshot of a checkpoint, the last one by default, whose state has the structure of `like`; undefined where nothing has been saved.
 * @throws ResumeError where it is no training's, or one with other keys; MissingCheckpointError for a step that is not there; StateDictError and TreeMatchError where the
 * state is another one; CheckpointFormatError
 */
export async function loadSnapshot(manager: CheckpointManager, like: TrainerState, keys: StepKeys, step: number | undefined): Promise<(Snapshot & { readonly record: CheckpointRecord }) | undefined> {
  if (step === undefined && (await manager.latest()) === undefined) return undefined;
  const { record, tree: raw } = await manager.restore(null, step === undefined ? {} : { step });
  const { keys: savedKeys, has, evaluated, ...rest } = metadataOf(record);
  requireSameKeys(savedKeys, keyTexts(keys));
  requireFits(like, raw);
  // What is null in the target comes as it was saved.
  const { state, totals, best } = fromStateDict({ state: asCheckpoint(like), totals: null, best: has.best ? asCheckpoint(like.variables) : null } as SnapshotTree, raw);
  const numbers = evaluated === null ? null : Object.fromEntries(Object.entries(evaluated).map(([name, value]) => [name, value ?? Number.NaN]));
  const progress: Progress = { ...rest, evaluated: numbers, totals: has.totals ? (totals as Totals) : null, best: has.best ? (best as Variables) : null };
  return { record, state: state as TrainerState, progress };
}

/** @throws TreeMatchError where the saved state has other leaves than `like` */
function requireFits(like: TrainerState, raw: StateDict): void {
  // Both are objects all the way down, with tensors at the leaves.
  const [expected, found] = [toStateDict(asCheckpoint(like)), (raw as { readonly state: StateDict }).state] as [Tree<Tensor>, Tree<Tensor>];
  tree.requireMatch('Trainer', tree.match(expected, found, { sameDtype: true }), 'Resume with the model, the optimiser, the precision, `accumulate` and `ema` that the training began with.');
}

type SnapshotTree = { readonly state: CheckpointTree; readonly totals: CheckpointTree; readonly best: CheckpointTree };

/** @throws ResumeError */
function metadataOf(record: CheckpointRecord): z.infer<typeof metadataSchema> {
  const { success, data } = metadataSchema.safeParse(record.metadata);
  if (!success) throw new ResumeError('the checkpoint must be', 'one that a trainer wrote', `that of step ${record.step} has other metadata`, 'Restore its tree by the manager, and give the variables to `trainer.start`.');
  return data;
}

/** @throws ResumeError */
function requireSameKeys(saved: Readonly<Record<string, string>>, given: Readonly<Record<string, string>>): void {
  const stream = [...Object.keys(saved), ...Object.keys(given)].find((name) => saved[name] !== given[name]);
  if (stream === undefined) return;
  const text = (key: string | undefined): string => (key === undefined ? 'no key' : `the key ${key}`);
  throw new ResumeError(`the stream \`${stream}\` had`, text(saved[stream]), `it has ${text(given[stream])}`, 'Give `rngs` the keys that the training began with.');
}
