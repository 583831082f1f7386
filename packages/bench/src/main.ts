import { parseArgs } from 'node:util';
import { interleave } from './measure/interleave.js';
import { JaxPeer } from './peers/jax.js';
import { disagreements, table } from './report.js';
import { WebPeers } from './peers/web.js';
import { callOverhead } from './work/call-overhead.js';
import { eagerWorks } from './work/eager.js';
import { mlpForward } from './work/mlp-forward.js';
import { mlpSgd } from './work/mlp-sgd.js';
import { mlpAdam, mlpGradient } from './work/mlp-training.js';
import { modelWorks } from './work/models.js';
import { moduleOverhead } from './work/module-overhead.js';
import { neuralDual } from './work/neural-dual.js';
import type { Work } from './work/work.js';

const usage = `Times the executors against hand-written ONNX graphs, against JAX where FLAXON_BENCH_PYTHON names a Python that has it, and the eager one against
TensorFlow.js and jax-js where FLAXON_BENCH_JS names a folder whose node_modules have them (web/peers.mjs tells how).

  pnpm --filter @flaxon/bench run bench [--only TEXT] [--rounds N] [--block MS] [--threads N]

  --only TEXT   the work whose name contains TEXT
  --rounds N    blocks of calls for each contestant, taken in turns (default 15)
  --block MS    how long a block takes (default 60)
  --threads N   threads of every ONNX Runtime session, and of JAX (default 1)
`;

const everything: readonly Work[] = [
  ...[1, 128, 1024].map(mlpForward),
  ...[8, 128].flatMap((batch) => [mlpSgd({ batch, steps: 1 }), mlpSgd({ batch, steps: 32 })]),
  ...[8, 128].flatMap((batch) => [mlpGradient(batch), mlpAdam(batch)]),
  neuralDual,
  ...modelWorks,
  ...[10, 200].map(callOverhead),
  moduleOverhead('eager'),
  moduleOverhead('traced'),
  ...eagerWorks,
];

interface Options {
  readonly only: string;
  readonly rounds: number;
  readonly block: number;
  readonly threads: number;
}

function readOptions(): Options | undefined {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', default: '' },
      rounds: { type: 'string', default: '15' },
      block: { type: 'string', default: '60' },
      threads: { type: 'string', default: '1' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  return { only: values.only, rounds: whole('rounds', values.rounds), block: whole('block', values.block), threads: whole('threads', values.threads) };
}

function whole(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new RangeError(`--${name} is \`${text}\`, expected a whole number of at least 1, such as --${name} 2.`);
  return value;
}

async function run({ only, rounds, block, threads }: Options): Promise<void> {
  const chosen = everything.filter(({ name }) => name.includes(only));
  if (chosen.length === 0) throw new RangeError(`--only is \`${only}\`, expected part of one of: ${everything.map(({ name }) => name).join('; ')}.`);
  const python = process.env['FLAXON_BENCH_PYTHON'];
  const jax = python === undefined ? undefined : new JaxPeer(python, threads);
  if (jax === undefined) console.log('No JAX column: set FLAXON_BENCH_PYTHON to a Python that has jax and optax.\n');
  const folder = process.env['FLAXON_BENCH_JS'];
  const web = folder === undefined ? undefined : await WebPeers.load(folder);
  if (web === undefined) console.log('No TensorFlow.js and jax-js: set FLAXON_BENCH_JS to a folder whose node_modules have them.\n');
  try {
    for (const work of chosen) {
      const contestants = await work.contestants({ threads, jax, web });
      const measurements = await interleave(contestants, { rounds, blockMilliseconds: block });
      console.log(`${table(work.name, measurements)}\n`);
      for (const sentence of disagreements(measurements, work.tolerance)) {
        console.error(`${work.name}: ${sentence}`);
        process.exitCode = 1;
      }
    }
  } finally {
    jax?.close();
  }
}

const options = readOptions();
if (options === undefined) console.log(usage);
else await run(options);
