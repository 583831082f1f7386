import type { TrainEvent } from '../events.js';

/** Where progress is shown: `process.stderr`, or a stand-in for it. */
export interface ProgressOutput {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const barLength = 24;
/** Between two drawings of the bar, in seconds: more often nobody sees. */
const redrawSeconds = 0.05;

/**
 * A listener for `trainer.run` that shows the progress: on a terminal one line that is drawn again, and a line for each epoch, evaluation, checkpoint and the
 * end; elsewhere these lines alone.
 *
 *     await trainer.run(data, { epochs: 5, onEvent: progressBar(process.stderr) });
 */
export function progressBar(output: ProgressOutput): (event: TrainEvent<unknown>) => void {
  const isTerminal = output.isTTY === true;
  const clear = isTerminal ? '\r\u001B[2K' : '';
  const say = (line: string): unknown => output.write(`${clear}${line}\n`);
  let firstStep: number | undefined;
  let drawn = Number.NEGATIVE_INFINITY;
  return (event) => {
    if (event.kind !== 'step') {
      say(eventLine(event));
      drawn = Number.NEGATIVE_INFINITY;
      return;
    }
    firstStep ??= event.step;
    const isLast = event.step === event.totalSteps;
    if (!isTerminal || (event.seconds - drawn < redrawSeconds && !isLast)) return;
    drawn = event.seconds;
    const rate = event.seconds > 0 ? (event.step - firstStep + 1) / event.seconds : null;
    // A line that wraps could not be drawn again.
    output.write(`${clear}${barLine(event, rate).slice(0, Math.max(0, (output.columns ?? 80) - 1))}`);
  };
}

type StepLike = Extract<TrainEvent, { readonly kind: 'step' }>;

function barLine({ step, totalSteps, epoch, loss }: StepLike, rate: number | null): string {
  const speed = rate === null ? '' : `  ${rate.toPrecision(3)} steps/s`;
  const figures = `epoch ${epoch + 1}  loss ${loss.toFixed(4)}${speed}`;
  if (totalSteps === null) return `step ${step}  ${figures}`;
  const filled = Math.round((barLength * step) / totalSteps);
  const left = rate === null ? '' : `  ${duration((totalSteps - step) / rate)} left`;
  return `${'█'.repeat(filled)}${'░'.repeat(barLength - filled)} ${step}/${totalSteps}  ${figures}${left}`;
}

/** An event in words. Epochs are counted from 1 here, as people do. */
export function eventLine(event: TrainEvent<unknown>): string {
  switch (event.kind) {
    case 'compile':
      return `compiled the ${event.function} in ${event.seconds.toFixed(1)} s`;
    case 'step':
      return `step ${event.step}: loss ${event.loss.toFixed(4)}${event.isSkipped ? ' (left out: gradients are not finite)' : ''}`;
    case 'epoch':
      return `epoch ${event.epoch + 1}: loss ${event.loss.toFixed(4)}${metricTexts(event.metrics)}, ${event.seconds.toFixed(1)} s`;
    case 'eval':
      return `step ${event.step}: evaluation loss ${event.loss.toFixed(4)}${metricTexts(event.metrics)}${event.isBest === true ? ' (the best so far)' : ''}`;
    case 'checkpoint':
      return `step ${event.step}: wrote checkpoint ${event.record.file}`;
    case 'done':
      return `${doneTexts[event.reason]} after ${event.step} steps, in ${event.seconds.toFixed(1)} s`;
  }
}

const doneTexts = { epochs: 'done', steps: 'done', 'early-stopping': 'stopped early', aborted: 'stopped' } as const;

const metricTexts = (metrics: unknown): string =>
  Object.entries(metrics as Readonly<Record<string, unknown>>).map(([name, value]) => (typeof value === 'number' ? `, ${name} ${value.toFixed(4)}` : '')).join('');

/** Seconds in words: `8 s`, `2 min 05 s`. */
function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
}
