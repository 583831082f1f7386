import { describe, expect, it } from 'vitest';
import { eventLine, progressBar, type StepEvent, type TrainEvent } from '../src/index.js';

const step = (number: number, changes: Partial<StepEvent> = {}): StepEvent => ({ kind: 'step', step: number, epoch: 0, batch: number - 1, loss: 1 / number, lossScale: null, isSkipped: false, totalSteps: 10, seconds: number / 2, ...changes });
const epoch: TrainEvent<unknown> = { kind: 'epoch', step: 10, epoch: 0, loss: 0.25, metrics: { accuracy: 0.5, confusion: [[1]] }, seconds: 5 };
const done: TrainEvent<unknown> = { kind: 'done', step: 10, epoch: 1, reason: 'epochs', seconds: 5 };

function shown(events: readonly TrainEvent<unknown>[], output: { readonly isTTY?: boolean; readonly columns?: number }): string[] {
  const texts: string[] = [];
  const listen = progressBar({ ...output, write: (text) => texts.push(text) });
  for (const event of events) listen(event);
  return texts;
}

describe('the bar', () => {
  it('is drawn again in its line on a terminal, with what is done, the loss and what is left', () => {
    const texts = shown([step(1), step(5)], { isTTY: true, columns: 120 });
    expect(texts.every((text) => text.startsWith('\r\u001B[2K') && !text.endsWith('\n'))).toBe(true);
    expect(texts[1]).toContain('████████████░░░░░░░░░░░░ 5/10  epoch 1  loss 0.2000  2.00 steps/s  3 s left');
  });

  it('is no longer than the terminal is wide', () => {
    expect(shown([step(5)], { isTTY: true, columns: 20 })[0]!.replace('\r\u001B[2K', '')).toHaveLength(19);
  });

  it('is not drawn for each of many steps in a short time, but for the last one', () => {
    const texts = shown(Array.from({ length: 10 }, (_, i) => step(i + 1, { seconds: 1 + i / 1000 })), { isTTY: true, columns: 120 });
    expect(texts).toHaveLength(2);
    expect(texts[1]).toContain('10/10');
  });

  it('says how many steps there were where nobody knows how many there will be', () => {
    expect(shown([step(3, { totalSteps: null })], { isTTY: true })[0]).toContain('step 3  epoch 1  loss 0.3333');
  });

  it('gives way to lines for what is not a step, and elsewhere shows these alone', () => {
    expect(shown([step(10), epoch, done], { isTTY: true }).slice(1)).toEqual(['\r\u001B[2Kepoch 1: loss 0.2500, accuracy 0.5000, 5.0 s\n', '\r\u001B[2Kdone after 10 steps, in 5.0 s\n']);
    expect(shown([step(10), epoch, done], {})).toEqual(['epoch 1: loss 0.2500, accuracy 0.5000, 5.0 s\n', 'done after 10 steps, in 5.0 s\n']);
  });
});

describe('an event in words', () => {
  const record = { step: 4, file: 'checkpoint_4-abc.msgpack', bytes: 1, checksum: '', metrics: {}, metadata: null };
  it.each<[TrainEvent<unknown>, string]>([
    [{ kind: 'compile', step: 0, epoch: 0, function: 'step', seconds: 1.25 }, 'compiled the step in 1.3 s'],
    [step(4, { isSkipped: true }), 'step 4: loss 0.2500 (left out: gradients are not finite)'],
    [{ kind: 'eval', step: 4, epoch: 0, loss: 0.5, metrics: {}, isBest: true }, 'step 4: evaluation loss 0.5000 (the best so far)'],
    [{ kind: 'checkpoint', step: 4, epoch: 0, record }, 'step 4: wrote checkpoint checkpoint_4-abc.msgpack'],
    [{ kind: 'done', step: 4, epoch: 0, reason: 'early-stopping', seconds: 2 }, 'stopped early after 4 steps, in 2.0 s'],
    [{ kind: 'done', step: 4, epoch: 0, reason: 'aborted', seconds: 2 }, 'stopped after 4 steps, in 2.0 s'],
  ])('is short: %o', (event, line) => {
    expect(eventLine(event)).toBe(line);
  });
});
