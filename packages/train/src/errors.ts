import { FlaxonError } from '@flaxon/tensor';

/** Data that yield no batch. */
export class EmptyDataError extends FlaxonError {
  readonly operation: string;
  /** The pass over the data, from 0; undefined where none has begun. */
  readonly epoch: number | undefined;

  constructor(operation: string, message: string, epoch?: number) {
    super(`${operation}: ${message}`);
    this.operation = operation;
    this.epoch = epoch;
  }
}

/** A batch that has other leaves, dtypes or axes than the first one. */
export class BatchStructureError extends FlaxonError {
  /** The number of the batch in its pass over the data, from 0. */
  readonly batch: number;
  /** The path of the leaf, such as `images`; empty for the whole batch. */
  readonly path: string;
  readonly expected: string;
  readonly found: string;

  constructor(batch: number, path: string, expected: string, found: string) {
    super(
      `Trainer: batch ${batch} differs from the first one at \`${path === '' ? '(the batch)' : path}\`: expected ${expected}, found ${found}. ` +
        'All batches have the same leaves, dtypes and inner axes, so that one compiled step fits them all; only the first axis may differ.',
    );
    this.batch = batch;
    this.path = path;
    this.expected = expected;
    this.found = found;
  }
}

/** A loss that cannot be averaged with the weights of its batch. */
export class LossShapeError extends FlaxonError {
  readonly losses: string;
  readonly weights: string;

  constructor(losses: string, weights: string) {
    super(
      `Trainer: the loss has the shape ${losses} and its batch has weights of the shape ${weights}, as a padded batch has. Return one loss for each example, of a ` +
        'shape that begins with that of the weights, instead of their mean: the trainer takes the weighted mean. Or read the batches with `remainder: \'keep\'`.',
    );
    this.losses = losses;
    this.weights = weights;
  }
}

/** A loss that is infinite or not a number, where `requireFinite` asks for that. The state is the one before the step. */
export class NonFiniteLossError extends FlaxonError {
  readonly value: number;
  /** The step at which it came up, from 1. */
  readonly step: number;
  readonly epoch: number;
  readonly batch: number;

  constructor(value: number, step: number, epoch: number, batch: number) {
    super(
      `Trainer: the loss of step ${step} (epoch ${epoch}, batch ${batch}) is ${value}. The state is the one before it. Lower the learning rate, clip gradients ` +
        '(`chain(clipByGlobalNorm(1), optimizer)`), or look for a logarithm or quotient at 0 in the loss.',
    );
    this.value = value;
    this.step = step;
    this.epoch = epoch;
    this.batch = batch;
  }
}

/** There are no variables to train yet, and nothing that they could be made of. */
export class MissingVariablesError extends FlaxonError {
  constructor() {
    super('Trainer: there are no variables yet. Give a key to make them with, `rngs: { params: random.key(0) }`, or call `trainer.start(variables)`.');
  }
}

/** A checkpoint, or a training that was interrupted, that does not go on with these data or this trainer. */
export class ResumeError extends FlaxonError {
  readonly expected: string;
  readonly found: string;

  constructor(what: string, expected: string, found: string, fix: string) {
    super(`Trainer: the training cannot go on where it stopped: ${what} ${expected}, and now ${found}. ${fix}`);
    this.expected = expected;
    this.found = found;
  }
}

/** A quantity to watch that no evaluation gives as a number. */
export class MonitorError extends FlaxonError {
  readonly monitor: string;
  readonly available: readonly string[];

  constructor(monitor: string, available: readonly string[]) {
    super(`earlyStopping: \`monitor\` is \`${monitor}\`, which is no number among what is measured; that is ${available.join(', ')}.`);
    this.monitor = monitor;
    this.available = available;
  }
}

/** A worker that makes data failed. The stack of its error is in `cause`. */
export class WorkerDataError extends FlaxonError {
  constructor(message: string, cause?: unknown) {
    super(`workerData: the worker that makes the batches failed: ${message}`, { cause });
  }
}

/** Something else than a training loop uses the trainer now. */
export class TrainerBusyError extends FlaxonError {
  constructor(operation: string) {
    super(`Trainer.${operation}: a \`fit\` of this trainer runs; wait until it ends, or end it with its \`signal\` or a \`break\`.`);
  }
}
