import { adam } from '@flaxon/optim';
import type { Tensor } from '@flaxon/tensor';
import { describe, expectTypeOf, it } from 'vitest';
import { Trainer, type Dataset, type EvalEvent, type TrainEvent } from '../src/index.js';
import { Classifier, classifierLoss, type Examples } from './models.js';

const options = { model: new Classifier(), optimizer: adam(1), executor: 'eager' } as const;
const examplesData: Dataset<Examples> = { batches: () => [] };
const otherData: Dataset<{ readonly images: Tensor }> = { batches: () => [] };

describe('types', () => {
  const trainer = new Trainer({
    ...options,
    loss: (model, batch: Examples, context) => {
      expectTypeOf(model).toEqualTypeOf<Classifier>();
      expectTypeOf(context.train).toEqualTypeOf<boolean>();
      return classifierLoss(model, batch, context);
    },
    metrics: ({ accuracy, confusionMatrix, mean }) => ({
      accuracy: accuracy(({ outputs, batch }) => {
        expectTypeOf(outputs).toEqualTypeOf<Tensor>();
        expectTypeOf(batch).toEqualTypeOf<Examples>();
        return { logits: outputs, labels: batch.labels };
      }),
      confusion: confusionMatrix(3, ({ outputs, batch }) => ({ logits: outputs, labels: batch.labels })),
      own: { measure: ({ losses }) => ({ sum: losses }), result: () => 'text' as const },
      size: mean(({ batch }) => batch.x.sum({ axis: -1 })),
    }),
  });
  type Values = { readonly accuracy: number; readonly confusion: readonly (readonly number[])[]; readonly own: 'text'; readonly size: number };

  it('of metrics flow into events and evaluations', () => {
    type Found = ReturnType<typeof trainer.fit> extends AsyncGenerator<TrainEvent<infer V>> ? V : never;
    expectTypeOf<Found['accuracy']>().toEqualTypeOf<number>();
    expectTypeOf<Values>().toExtend<Found>();
    expectTypeOf<Found>().toExtend<Values>();
    expectTypeOf<Awaited<ReturnType<typeof trainer.evaluate>>['metrics']['own']>().toEqualTypeOf<'text'>();
  });

  it('of events are told apart by `kind`', () => {
    const check = (event: TrainEvent<Values>): void => {
      if (event.kind === 'eval') expectTypeOf(event).toEqualTypeOf<EvalEvent<Values>>();
      expectTypeOf(event.kind).toEqualTypeOf<'compile' | 'step' | 'epoch' | 'eval' | 'checkpoint' | 'done'>();
    };
    expectTypeOf(check).toBeFunction();
  });

  it('of data are those of the loss', () => {
    expectTypeOf(trainer.fit).toBeCallableWith(examplesData);
    // @ts-expect-error: other leaves
    expectTypeOf(trainer.fit).toBeCallableWith(otherData);
  });

  it('of a trainer without metrics have none', () => {
    const bare = new Trainer({ ...options, loss: classifierLoss });
    expectTypeOf(bare).toEqualTypeOf<Trainer<Classifier, Examples, readonly [Tensor, Tensor]>>();
  });
});
