/** The memory of an eager gradient of many layers, against what its residuals alone take. */
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { checkpoint, customVjp, matmul, mul, random, square, sum, tanh, valueAndGrad, type Tensor } from '@flaxon/tensor';

const usage = `Measures the live array bytes of valueAndGrad of a network of (width, width) layers, each tanh(h w), at every tenth layer.

  pnpm --filter @flaxon/bench run bench:memory [--depth N] [--width N] [--batch N]

The ideal is the sum of what reverse mode has to keep: the argument of each layer and the derivative of its tanh; with checkpoint, of a block of
ten layers its argument, and those of one block at a time.
`;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

function liveBytes(): number {
  collect();
  collect();
  return process.memoryUsage().arrayBuffers;
}

interface Network {
  readonly depth: number;
  readonly width: number;
  readonly batch: number;
}

/** Layers that are one block of the network. */
const blockSize = 10;

interface Peak {
  readonly live: number;
  readonly resident: number;
}

function measure({ depth, width, batch }: Network, wrap: (block: (h: Tensor, ws: readonly Tensor[]) => Tensor) => (h: Tensor, ws: readonly Tensor[]) => Tensor): Peak {
  const weights = Array.from({ length: depth }, (_, i) => mul(random.normal(random.key(i), [width, width]), 1 / Math.sqrt(width)));
  const x = random.normal(random.key(depth), [batch, width]);
  const start = { live: liveBytes(), resident: process.memoryUsage().rss };
  let peak: Peak = { live: 0, resident: 0 };
  const look = (): void => {
    peak = { live: Math.max(peak.live, liveBytes() - start.live), resident: Math.max(peak.resident, process.memoryUsage().rss - start.resident) };
  };
  const probe = customVjp((h: Tensor) => h, { forward: (h: Tensor) => (look(), [h, null]), backward: (_: null, ct: Tensor) => (look(), [ct]) });
  const block = wrap((h, ws) => ws.reduce((value, w) => tanh(matmul(value, w)), h));
  const loss = (ws: readonly Tensor[]): Tensor => {
    let h = x;
    for (let layer = 0; layer < depth; layer += blockSize) h = block(probe(h), ws.slice(layer, layer + blockSize));
    return sum(square(h));
  };
  valueAndGrad(loss)(weights);
  look();
  return peak;
}

function main(): void {
  const { values } = parseArgs({
    options: { depth: { type: 'string', default: '200' }, width: { type: 'string', default: '128' }, batch: { type: 'string', default: '256' }, help: { type: 'boolean', default: false } },
  });
  if (values.help) return void process.stdout.write(usage);
  const network: Network = { depth: Number(values.depth), width: Number(values.width), batch: Number(values.batch) };
  const activation = 4 * network.batch * network.width;
  const gradients = 4 * network.depth * network.width ** 2;
  const line = (name: string, ideal: number, { live, resident }: Peak): string =>
    `${name.padEnd(28)} ideal ${(ideal / 1e6).toFixed(1)} MB, peak of live arrays ${(live / 1e6).toFixed(1)} MB (ratio ${(live / ideal).toFixed(2)}), resident ${(resident / 1e6).toFixed(1)} MB\n`;
  // Gradients take the place of residuals as the backward pass goes on: whichever is more decides.
  const plain = Math.max(2 * network.depth * activation, gradients);
  const blocks = Math.max((network.depth / blockSize + 2 * blockSize) * activation, gradients);
  process.stdout.write(line(`${network.depth} layers`, plain, measure(network, (block) => block)));
  process.stdout.write(line('with checkpoint', blocks, measure(network, (block) => checkpoint(block))));
}

main();
