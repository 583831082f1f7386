import { setTimeout as pause } from 'node:timers/promises';
import type { Contestant, Milliseconds } from './contestant.js';
import { median } from './statistics.js';

export interface Measurement {
  readonly name: string;
  readonly first: Milliseconds;
  /** The time of a call in each round: the median over the calls of a block. */
  readonly rounds: readonly Milliseconds[];
  /** The shortest call of all rounds: what the work takes where nothing else runs. */
  readonly smallest: Milliseconds;
  readonly result: readonly number[];
}

export interface InterleaveOptions {
  readonly rounds: number;
  /** How long one block should take; a block has at least one call. */
  readonly blockMilliseconds: Milliseconds;
}

/** Threads of the contestant before (XLA's, ONNX Runtime's) spin for some milliseconds in wait of more work. */
const settleMilliseconds = 20;

/** A contestant this slow takes part in the first few rounds only. */
const slow = { milliseconds: 1000, rounds: 3 };

/**
 * Times the contestants in turns: one block each, `rounds` times over, so that whatever else the machine does falls on all of
 * them alike. Within a block the median counts: another process that takes the core for a while is no part of the work. The first
 * block warms up and does not count.
 */
export async function interleave(contestants: readonly Contestant[], { rounds, blockMilliseconds }: InterleaveOptions): Promise<Measurement[]> {
  const started = [];
  for (const contestant of contestants) {
    const first = await contestant.first();
    const callsIn = (time: Milliseconds): number => Math.max(1, Math.round(blockMilliseconds / Math.max(time, 1e-3)));
    const once = median(await contestant.block(1));
    const warm = median(await contestant.block(callsIn(once)));
    const taken = warm > slow.milliseconds ? Math.min(slow.rounds, rounds) : rounds;
    started.push({ contestant, first, calls: callsIn(warm), taken, rounds: [] as Milliseconds[], smallest: Infinity });
  }
  for (let round = 0; round < rounds; round++) {
    for (const one of started.filter(({ taken }) => round < taken)) {
      await pause(settleMilliseconds);
      const times = await one.contestant.block(one.calls);
      one.rounds.push(median(times));
      one.smallest = Math.min(one.smallest, ...times);
    }
  }
  return started.map(({ contestant, first, rounds: times, smallest }) => ({ name: contestant.name, first: first.milliseconds, result: first.result, rounds: times, smallest }));
}
