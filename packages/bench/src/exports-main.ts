import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { decodeModel } from '@flaxon/runtime-onnx';
import { feedsOf, argumentsOf, exportTask, staticBatch } from './exports/check.js';
import { type Entry, interleaved, type Latency, randomFeeds } from './exports/latency.js';
import { openGraph } from './measure/open-graph.js';
import { countNodes, optimizedNodes } from './exports/optimized.js';
import { type PeerFile, peerFiles, writePeerFiles } from './exports/peer-files.js';
import { peersOf, type NodeCounts } from './exports/peers.js';
import type { ExportRow } from './exports/row.js';
import { exportRows } from './exports/rows/index.js';
import { ortFeeds } from './exports/ort-feeds.js';

const usage = `Prints what graphs the tasks of src/exports/rows become, beside those of jax2onnx and PyTorch's exporter: nodes with a dynamic and a static batch
(as saved -> after ONNX Runtime's extended optimisation), and microseconds a run, median (smallest), runs of one row taken in turns.

  npm run bench:exports [-- --only TEXT] [--runs N] [--threads N] [--graphs FOLDER]

  --only TEXT      the rows whose name contains TEXT
  --runs N         runs of each graph (default 300)
  --threads N      threads of every session (default 1)
  --graphs FOLDER  where the peers' graphs are kept; those that are there are not made again

The peers' times need their graphs: FLAXON_BENCH_PYTHON names a Python that has jax2onnx, or torch and onnxscript. The nodes of those that are not there are those
of src/exports/peers.ts.
`;

type Kind = 'dynamic' | 'static';
const kinds: readonly Kind[] = ['dynamic', 'static'];
const arrow = (counts: NodeCounts | undefined): string => (counts ? `${counts.saved}->${counts.optimized}` : '-');
const time = (latency: Latency | undefined): string => (latency ? `${latency.median.toFixed(0)} (${latency.smallest.toFixed(0)})` : '-');

/** Our graph of a row, counted and ready to be timed. */
async function ours(row: ExportRow, kind: Kind, threads: number): Promise<{ readonly counts: NodeCounts; readonly entry: Entry }> {
  const task = row.prepare();
  const model = exportTask(task, kind === 'dynamic' ? 'batch' : staticBatch(row));
  const bytes = model.toBytes();
  const counts = { saved: model.nodeCount, optimized: countNodes(await optimizedNodes(bytes)) };
  const feeds = ortFeeds(feedsOf(model, argumentsOf(task, staticBatch(row), 1)));
  return { counts, entry: { name: 'flaxon', session: await openGraph(bytes, threads), feeds } };
}

interface PeerEntry extends Entry {
  readonly counts: NodeCounts;
}

async function countsOf(path: string): Promise<NodeCounts> {
  const bytes = await readFile(path);
  return { saved: countNodes(decodeModel(bytes).graph?.node ?? []), optimized: countNodes(await optimizedNodes(path)) };
}

/** The graphs of peers that load and run. */
async function entriesOf(files: readonly PeerFile[], row: ExportRow, kind: Kind, threads: number): Promise<PeerEntry[]> {
  const found: PeerEntry[] = [];
  for (const { peer, path } of files.filter((file) => file.row === row.id && file.kind === kind)) {
    try {
      const session = await openGraph(path, threads);
      const feeds = randomFeeds(session, staticBatch(row));
      await session.run(feeds);
      found.push({ name: peer, session, feeds, counts: await countsOf(path) });
    } catch (error) {
      console.error(`${row.id}, ${peer}, ${kind}: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`);
    }
  }
  return found;
}

async function line(row: ExportRow, files: readonly PeerFile[], { runs, threads }: { readonly runs: number; readonly threads: number }): Promise<string> {
  const cells: string[] = [];
  for (const kind of row.batch === undefined ? kinds.slice(1) : kinds) {
    const own = await ours(row, kind, threads);
    const others = await entriesOf(files, row, kind, threads);
    const latencies = await interleaved([own.entry, ...others], runs);
    const latencyOf = (name: string): Latency | undefined => latencies.find((latency) => latency.name === name);
    const names = [...new Set([...peersOf(row).map(({ peer }): string => peer), ...others.map(({ name }) => name)])];
    const countsFor = (name: string): NodeCounts | undefined => others.find((other) => other.name === name)?.counts ?? peersOf(row).find(({ peer }) => peer === name)?.[kind];
    const peers = names.map((name) => `${name} ${arrow(countsFor(name))} ${time(latencyOf(name))}`);
    cells.push(`${kind.padEnd(7)} ${[`flaxon ${arrow(own.counts)} ${time(latencyOf('flaxon'))}`, ...peers].join('   ')}`);
    for (const { session } of [own.entry, ...others]) await session.release();
  }
  return `${row.id}\n${cells.map((cell) => `  ${cell}`).join('\n')}`;
}

function whole(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new RangeError(`--${name} is \`${text}\`, expected a whole number of at least 1, such as --${name} 300.`);
  return value;
}

/** The peers' graphs of the rows: those of a folder, and what is missing there made by Python. */
async function collectPeerFiles(rows: readonly ExportRow[], folder: string, python: string | undefined): Promise<PeerFile[]> {
  if (python === undefined) console.log('No times of peers that are not there yet: set FLAXON_BENCH_PYTHON to a Python that has jax2onnx, or torch and onnxscript.\n');
  const known = new Set((await peerFiles(folder)).map(({ row }) => row));
  const missing = rows.filter(({ id }) => !known.has(id)).map(({ id }) => id);
  if (python !== undefined && missing.length > 0) await writePeerFiles(python, folder, missing);
  return peerFiles(folder);
}

async function run(): Promise<void> {
  const text = (otherwise: string) => ({ type: 'string', default: otherwise }) as const;
  const { values } = parseArgs({ options: { only: text(''), runs: text('300'), threads: text('1'), graphs: text(''), help: { type: 'boolean', default: false } } });
  if (values.help) return console.log(usage);
  const chosen = exportRows.filter(({ id }) => id.includes(values.only));
  if (chosen.length === 0) throw new RangeError(`--only is \`${values.only}\`, expected part of one of: ${exportRows.map(({ id }) => id).join(', ')}.`);
  const options = { runs: whole('runs', values.runs), threads: whole('threads', values.threads) };
  const temporary = values.graphs === '' ? await mkdtemp(join(tmpdir(), 'flaxon-peers-')) : undefined;
  try {
    const files = await collectPeerFiles(chosen, temporary ?? values.graphs, process.env['FLAXON_BENCH_PYTHON']);
    for (const row of chosen) console.log(await line(row, files, options));
  } finally {
    if (temporary !== undefined) await rm(temporary, { recursive: true, force: true });
  }
}

await run();
