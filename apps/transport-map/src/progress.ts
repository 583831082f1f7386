import { appendFileSync, writeFileSync } from 'node:fs';

import type { TrainEvent, TrainListener } from './events.js';

/** Where progress is shown: `process.stderr`, or a stand-in for it. */
export interface ProgressOutput {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** The figures of the line that a terminal shows, gathered from the events so far. */
interface Figures {
  readonly step: number;
  readonly steps: number;
  readonly lossF: number | null;
  readonly distance: number | null;
  readonly stepsPerSecond: number | null;
}

const barLength = 24;
/** Lines of a run whose output is no terminal: one about every tenth of the steps. */
const linesOfARun = 10;

/**
 * Shows the progress of a training of `steps` steps: on a terminal one line that is drawn again, elsewhere now and then a
 * line. Other lines go through `say`, so that they do not run into the bar.
 */
export function createProgress(output: ProgressOutput, steps: number): { readonly listen: TrainListener; say(line: string): void } {
  const terminal = output.isTTY === true;
  let figures: Figures = { step: 0, steps, lossF: null, distance: null, stepsPerSecond: null };
  let saidTenth = 0;

  const clear = terminal ? '\r\u001B[2K' : '';
  const say = (line: string): unknown => output.write(`${clear}${line}\n`);
  const show = (): void => {
    const tenth = Math.floor((figures.step * linesOfARun) / steps);
    if (terminal) output.write(`${clear}${barLine(figures, output.columns ?? 80)}`);
    else if (tenth > saidTenth) {
      saidTenth = tenth;
      say(figureLine(figures));
    }
  };
  return {
    say,
    listen(event) {
      switch (event.kind) {
        case 'compiled':
          say(eventLine(event));
          break;
        case 'trained':
          figures = { ...figures, step: event.step, lossF: event.lossF, stepsPerSecond: event.stepsPerSecond };
          show();
          break;
        case 'measured':
          figures = { ...figures, distance: event.distance };
          if (terminal) show();
          break;
        case 'ended':
          say(eventLine(event));
          break;
      }
    },
  };
}

/** A file that keeps one line an event, each with the seconds since the start. It is written anew. */
export function createLog(path: string, now: () => number = Date.now): { readonly listen: TrainListener; say(line: string): void } {
  const start = now();
  const say = (line: string): void => appendFileSync(path, `${((now() - start) / 1000).toFixed(1).padStart(7)} s  ${line}\n`);
  writeFileSync(path, '');
  return { say, listen: (event) => say(eventLine(event)) };
}

/** An event in words. */
export function eventLine(event: TrainEvent): string {
  switch (event.kind) {
    case 'compiled':
      return `compiled ${event.stepsPerRun} training steps into one graph in ${event.seconds.toFixed(1)} s`;
    case 'trained':
      return `step ${event.step}: loss f ${event.lossF.toFixed(4)}, loss g ${event.lossG.toFixed(4)}, ${event.stepsPerSecond.toFixed(1)} steps/s`;
    case 'measured':
      return `step ${event.step}: distance ${event.distance.toFixed(4)}${event.best ? ' (the best so far)' : ''}`;
    case 'ended':
      return `${event.stopped ? 'stopped' : 'trained'} after ${event.step} steps in ${event.seconds.toFixed(1)} s`;
  }
}

function figureLine({ step, steps, lossF, distance, stepsPerSecond }: Figures): string {
  const parts = [`step ${step}/${steps}`];
  if (lossF !== null) parts.push(`loss ${lossF.toFixed(3)}`);
  if (distance !== null) parts.push(`distance ${distance.toFixed(3)}`);
  if (stepsPerSecond !== null) parts.push(`${stepsPerSecond.toFixed(0)} steps/s`, `${duration((steps - step) / stepsPerSecond)} left`);
  return parts.join('  ');
}

/** The bar and the figures, cut to the terminal's width: a line that wraps could not be drawn again. */
function barLine(figures: Figures, columns: number): string {
  const filled = Math.round((barLength * figures.step) / figures.steps);
  return `${'█'.repeat(filled)}${'░'.repeat(barLength - filled)} ${figureLine(figures)}`.slice(0, Math.max(0, columns - 1));
}

/** Seconds in words: `8 s`, `2 min 05 s`. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '?';
  const whole = Math.ceil(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
}
