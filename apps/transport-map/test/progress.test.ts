import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { TrainEvent } from '../src/events.js';
import { createLog, createProgress, duration } from '../src/progress.js';

const trained = (step: number): TrainEvent => ({ kind: 'trained', step, lossF: 2.34567, lossG: 0.05, stepsPerSecond: 100 });

/** An output that keeps what is written. */
function recorder(terminal: boolean, columns = 200) {
  const written: string[] = [];
  return { isTTY: terminal, columns, write: (text: string) => void written.push(text), written };
}

describe('on a terminal', () => {
  it('each event draws the line again in place', () => {
    const output = recorder(true);
    const { listen } = createProgress(output, 1000);
    listen(trained(250));
    listen(trained(500));
    expect(output.written).toHaveLength(2);
    for (const text of output.written) {
      expect(text.startsWith('\r\u001B[2K')).toBe(true);
      expect(text).not.toContain('\n');
    }
  });

  it('the line has the bar, loss, distance, steps per second and time left', () => {
    const output = recorder(true);
    const { listen } = createProgress(output, 1000);
    listen({ kind: 'measured', step: 100, distance: 0.61234, best: true });
    listen(trained(500));
    expect(output.written.at(-1)).toContain('████████████░░░░░░░░░░░░ step 500/1000  loss 2.346  distance 0.612  100 steps/s  5 s left');
  });

  it('the line is shorter than the terminal is wide', () => {
    const output = recorder(true, 40);
    createProgress(output, 1000).listen(trained(500));
    expect(output.written[0]!.replace('\r\u001B[2K', '')).toHaveLength(39);
  });

  it('another line takes the place of the bar and ends with a new line', () => {
    const output = recorder(true);
    createProgress(output, 10).say('hello');
    expect(output.written).toEqual(['\r\u001B[2Khello\n']);
  });
});

describe('elsewhere', () => {
  it('a line appears at each tenth of the steps and never a control character', () => {
    const output = recorder(false);
    const { listen } = createProgress(output, 1000);
    for (let step = 20; step <= 1000; step += 20) listen(trained(step));
    expect(output.written).toHaveLength(10);
    expect(output.written[0]).toBe('step 100/1000  loss 2.346  100 steps/s  9 s left\n');
    // oxlint-disable-next-line no-control-regex -- what a log must not contain
    for (const text of output.written) expect(text).not.toMatch(/[\r\u001B]/);
  });

  it('a run of few steps shows one line for each', () => {
    const output = recorder(false);
    const { listen } = createProgress(output, 3);
    for (let step = 1; step <= 3; step++) listen(trained(step));
    expect(output.written).toHaveLength(3);
  });

  it('the end is told with the steps that were done', () => {
    const output = recorder(false);
    createProgress(output, 100).listen({ kind: 'ended', step: 40, seconds: 3.21, stopped: true });
    expect(output.written).toEqual(['stopped after 40 steps in 3.2 s\n']);
  });
});

describe('the log file', () => {
  let folder: string;
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'log-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it('keeps a line an event with the seconds since the start', () => {
    const path = join(folder, 'train.log');
    let time = 5000;
    const { listen, say } = createLog(path, () => time);
    say('begin');
    time += 1500;
    listen(trained(50));
    time += 1000;
    listen({ kind: 'measured', step: 50, distance: 0.25, best: true });
    expect(readFileSync(path, 'utf8').split('\n')).toEqual([
      '    0.0 s  begin',
      '    1.5 s  step 50: loss f 2.3457, loss g 0.0500, 100.0 steps/s',
      '    2.5 s  step 50: distance 0.2500 (the best so far)',
      '',
    ]);
  });

  it('starts empty in every run', () => {
    const path = join(folder, 'train.log');
    createLog(path).say('first run');
    createLog(path);
    expect(readFileSync(path, 'utf8')).toBe('');
  });
});

describe('duration', () => {
  it.each([
    [0, '0 s'],
    [7.2, '8 s'],
    [59.4, '1 min 00 s'],
    [125, '2 min 05 s'],
    [Infinity, '?'],
    [NaN, '?'],
  ])('%d seconds are %s', (seconds, words) => {
    expect(duration(seconds)).toBe(words);
  });
});
