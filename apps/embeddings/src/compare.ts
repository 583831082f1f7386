#!/usr/bin/env node
import { parseArgs } from 'node:util';

import { contestant, graphSize, tokenBatch } from './comparison/contestant.js';
import { measure } from './comparison/measure.js';
import type { Times } from './comparison/measure.js';
import { table } from './table.js';

const usage = `Compares ONNX graphs of one sentence encoder in ONNX Runtime, which run in turns: milliseconds of a run, with ratios to the first graph.

Usage: compare FIRST.onnx OTHER.onnx ... [--rounds N] [--threads 1,2] [--batch 1,32] [--length 128] [--vocabulary 30000]`;

const numbers = (text: string): number[] => text.split(',').map(Number);
const isCount = (value: number): boolean => Number.isInteger(value) && value > 0;

async function main(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      rounds: { type: 'string', default: '20' },
      threads: { type: 'string', default: '1,2' },
      batch: { type: 'string', default: '1,32' },
      length: { type: 'string', default: '128' },
      vocabulary: { type: 'string', default: '30000' },
      help: { type: 'boolean', default: false },
    },
  });
  const [rounds, length, vocabulary] = [Number(values.rounds), Number(values.length), Number(values.vocabulary)];
  const [threadCounts, batches] = [numbers(values.threads), numbers(values.batch)];
  if (values.help || positionals.length === 0 || ![rounds, length, vocabulary, ...threadCounts, ...batches].every(isCount)) {
    process.exitCode = values.help ? 0 : 2;
    return void process.stdout.write(`${usage}\n`);
  }
  for (const path of positionals) {
    const { name, nodes, operators } = await graphSize(path);
    process.stdout.write(`${name}: ${nodes} nodes: ${operators.map(([operator, count]) => `${count} ${operator}`).join(', ')}\n`);
  }
  for (const threads of threadCounts) {
    for (const batch of batches) await compareAt({ paths: positionals, threads, batch, length, vocabulary, rounds });
  }
}

interface Setting {
  readonly paths: readonly string[];
  readonly threads: number;
  readonly batch: number;
  readonly length: number;
  readonly vocabulary: number;
  readonly rounds: number;
}

async function compareAt({ paths, threads, batch, length, vocabulary, rounds }: Setting): Promise<void> {
  const contestants = await Promise.all(paths.map((path) => contestant(path, threads)));
  const latencies = await measure(contestants, tokenBatch(batch, length, vocabulary), rounds);
  process.stdout.write(`\nthreads ${threads}, batch ${batch}, length ${length}, ${rounds} rounds\n`);
  const [first] = latencies;
  const beside = (times: Times, firstTimes: Times): string[] => [times.least, times.median].map((time, at) => `${time.toFixed(2)} (${(time / (at === 0 ? firstTimes.least : firstTimes.median)).toFixed(3)})`);
  const rows = latencies.map(({ name, wall, processor, deviation }) => [name, ...beside(wall, first!.wall), ...beside(processor, first!.processor), deviation.toExponential(1)]);
  process.stdout.write(`${table(['graph', 'least ms ', 'median ms ', 'processor least ', 'processor median ', 'differs by '], rows)}\n`);
  for (const one of contestants) await one.release();
}

await main(process.argv.slice(2));
