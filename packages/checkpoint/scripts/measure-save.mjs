/**
 * How long a save holds up the event loop: `node packages/checkpoint/scripts/measure-save.mjs [MEGABYTES]`, after a build.
 * A timer asks every millisecond; the longest time between two answers is the longest that anything else had to wait.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CheckpointManager, fileSystemStorage, memoryStorage } from '@flaxon/checkpoint';
import { tensor } from '@flaxon/tensor';

const megabytes = Number(process.argv[2] ?? 200);
const leaves = 50;
const leafOf = (at) => tensor(new Float32Array((megabytes * 1e6) / 4 / leaves).fill(at));
const tree = { params: Object.fromEntries(Array.from({ length: leaves }, (_, at) => [`Dense_${at}`, { kernel: leafOf(at), bias: tensor([at]) }])) };

/** The longest block while `work` runs, and how long it takes, in milliseconds. */
async function watched(work) {
  let longest = 0;
  let last = performance.now();
  const tick = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  };
  const timer = setInterval(tick, 1);
  const start = performance.now();
  await work();
  tick();
  clearInterval(timer);
  return { longest, took: performance.now() - start };
}

const folder = await mkdtemp(join(tmpdir(), 'flaxon-save-'));
try {
  for (const [name, storage] of [['a folder', fileSystemStorage(folder)], ['the memory', memoryStorage()]]) {
    const manager = new CheckpointManager(storage, { keepLast: 1 });
    for (let step = 0; step < 3; step++) {
      const { longest, took } = await watched(() => manager.save(step, tree));
      console.log(`${megabytes} MB into ${name}: ${took.toFixed(0)} ms, the event loop was blocked for ${longest.toFixed(1)} ms at the longest`);
    }
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
