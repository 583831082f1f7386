/**
 * Files both ways between this library and Flax: `node packages/conformance/scripts/flax-round-trip.mjs PYTHON`, after a build, with a Python that has flax
 * and optax. A network is trained here, goes on in Flax from its file, and then here again from Flax's; at each end the next losses and the outputs of both
 * are compared.
 */
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromBytes, fromNpz, saveFlaxModel, fileSystemStorage, toBytes, toNpz, toSafetensors } from '@flaxon/checkpoint';
import { Module } from '@flaxon/core';
import { BatchNorm, Conv, Dense, Embed, LayerNorm } from '@flaxon/layers';
import { adam, applyUpdates } from '@flaxon/optim';
import { add, logSoftmax, mean, mul, neg, oneHot, random, relu, reshape, sum, tree, valueAndGrad } from '@flaxon/tensor';

const [python] = process.argv.slice(2);
if (python === undefined) throw new Error('Usage: flax-round-trip.mjs PYTHON, a Python that has flax and optax.');

class Network extends Module.define({}) {
  call(images, kinds, { train }) {
    let x = new Conv({ features: 4, kernelSize: [3, 3], useBias: false }).call(images);
    x = relu(new BatchNorm({ useRunningAverage: !train, momentum: 0.9 }).call(x));
    x = new LayerNorm({}).call(new Dense({ features: 8 }).call(reshape(x, [x.shape[0], -1])));
    return new Dense({ features: 3 }).call(add(x, new Embed({ numEmbeddings: 5, features: 8 }).call(kinds)));
  }
}

const model = new Network();
const optimizer = adam(1e-2);
const steps = 3;
const images = random.normal(random.key(1), [16, 5, 5, 2]);
const kinds = random.randint(random.key(2), [16], 0, 5);
const labels = random.randint(random.key(3), [16], 0, 3);

const loss = (params, statistics) => {
  const [logits, changed] = model.apply({ params, batch_stats: statistics }, [images, kinds, { train: true }], { mutable: ['batch_stats'] });
  return [neg(mean(sum(mul(logSoftmax(logits), oneHot(labels, 3)), { axis: -1 }))), changed.batch_stats];
};

/** The state after some steps, and the loss of each. */
function advance(state, count) {
  let current = state;
  const losses = [];
  for (let at = 0; at < count; at++) {
    const [[value, statistics], gradient] = valueAndGrad(loss, { hasAux: true })(current.params, current.batch_stats);
    const [updates, next] = optimizer.update(gradient, current.opt_state, current.params);
    current = { step: current.step + 1, params: applyUpdates(current.params, updates), opt_state: next, batch_stats: statistics };
    losses.push(value.item());
  }
  return [current, losses];
}

const outputs = ({ params, batch_stats }) => model.apply({ params, batch_stats }, [images, kinds, { train: false }]);
const start = () => {
  const { params, batch_stats } = model.init(random.key(0), [images, kinds, { train: false }]);
  return { step: 0, params, opt_state: optimizer.init(params), batch_stats };
};

const largest = (a, b) => Math.max(...a.map((value, at) => Math.abs(value - b[at])));
const numbers = (given) => tree.leaves(given).flatMap((leaf) => Array.from(leaf.data(), Number));

const folder = await mkdtemp(join(tmpdir(), 'flaxon-flax-'));
try {
  const [trained] = advance(start(), steps);
  const [, expectedLosses] = advance(trained, steps);
  await writeFile(join(folder, 'state.msgpack'), toBytes(trained));
  await writeFile(join(folder, 'variables.msgpack'), toBytes({ params: trained.params, batch_stats: trained.batch_stats }));
  await writeFile(join(folder, 'params.safetensors'), toSafetensors(trained.params));
  await saveFlaxModel(fileSystemStorage(folder), trained.params, { maxShardBytes: 1000 });
  await writeFile(join(folder, 'data.npz'), toNpz({ images, kinds, labels, outputs: outputs(trained) }));
  console.log(`here: trained ${trained.step} steps; the next ${steps} losses would be ${expectedLosses.map((value) => value.toFixed(6)).join(', ')}`);

  const { status } = spawnSync(python, [join(import.meta.dirname, 'flax_round_trip.py'), folder, String(steps)], { stdio: 'inherit', env: { ...process.env, JAX_PLATFORMS: 'cpu' } });
  if (status !== 0) throw new Error(`Flax's part ended with ${status}`);

  const theirs = fromNpz(await readFile(join(folder, 'flax.npz')));
  console.log(`here: Flax's ${steps} losses after our state differ from ours by ${largest(numbers(theirs.before), expectedLosses).toExponential(1)}`);
  const restored = fromBytes(start(), await readFile(join(folder, 'flax-state.msgpack')));
  console.log(`here: Flax's TrainState after ${restored.step} steps; with its variables our outputs differ from Flax's by ${largest(numbers(outputs(restored)), numbers(theirs.outputs)).toExponential(1)}`);
  const [, losses] = advance(restored, steps);
  console.log(`here: going on from it, our ${steps} losses differ from Flax's by ${largest(losses, numbers(theirs.after)).toExponential(1)}`);
  const bytes = await readFile(join(folder, 'flax-state.msgpack'));
  console.log(`here: read without a target and written again, Flax's TrainState is ${Buffer.compare(toBytes(fromBytes(null, bytes)), bytes) === 0 ? 'the same byte for byte' : 'NOT the same'}`);
} finally {
  await rm(folder, { recursive: true, force: true });
}
