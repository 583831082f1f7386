import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CheckpointManager, fileSystemStorage, type StateDict } from '../src/index.js';
import { bundleForNode } from './support/bundle.js';
import { effort } from './support/effort.js';

const kills = effort({ short: 100, long: 1500 });

/** Where the script that saves lies as one file: most of what a process took was to load the packages' files one by one. */
let scripts = '';
beforeAll(async () => {
  scripts = await mkdtemp(join(tmpdir(), 'flaxon-saving-'));
  await bundleForNode(join(import.meta.dirname, 'fixtures/save-forever.mjs'), scripts);
}, 60_000);
afterAll(() => rm(scripts, { recursive: true, force: true }));

/** Saves until it is killed, some time after the first save of this run. */
async function saveUntilKilled(folder: string, from: number, milliseconds: number, mode: 'awaited' | 'background'): Promise<void> {
  const child = spawn(process.execPath, [join(scripts, 'save-forever.mjs'), folder, String(from), mode], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  await Promise.race([once(child.stdout, 'data'), ended.then(([code]: unknown[]) => Promise.reject(new Error(`the process that saves ended with ${String(code)}`)))]);
  await pause(milliseconds);
  child.kill('SIGKILL');
  await ended;
}

it(`a process that is killed at any moment, ${kills} times, leaves a checkpoint that loads, and never an older one`, { timeout: kills * 10_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'flaxon-kill-'));
  const manager = new CheckpointManager(fileSystemStorage(folder), { keepLast: 2 });
  try {
    let newest = 0;
    for (let kill = 0; kill < kills; kill++) {
      // Spread over the milliseconds that one save takes, in no order.
      await saveUntilKilled(folder, newest + 1, (kill * 7.3) % 12, kill % 2 === 0 ? 'awaited' : 'background');
      const { record, tree } = await manager.restore(null);
      expect((tree as { readonly step: StateDict }).step).toBe(record.step);
      expect(record.step).toBeGreaterThan(newest);
      newest = record.step;
    }
    expect((await manager.records()).length).toBeLessThanOrEqual(3);
    // Two or three checkpoints, and what the last one that was killed was writing.
    expect((await readdir(folder)).length).toBeLessThanOrEqual(10);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
