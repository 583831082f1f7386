#!/usr/bin/env node
/** Trains the network on the digits, exports it and counts what it gets right of the digits held back: `node dist/main.js [FILE]`. */
import { compile } from '@flaxon/runtime-onnx';
import { random } from '@flaxon/tensor';

import { accuracy, exportClassifier } from './classify.js';
import { countOf, loadDigits } from './data.js';
import { DigitNetwork } from './model.js';
import { createTraining } from './train.js';

const [file = 'digits.onnx'] = process.argv.slice(2);
const epochs = 25;
const batchSize = 64;

const { train, held } = await loadDigits();
const model = new DigitNetwork();
const steps = epochs * Math.floor(countOf(train) / batchSize);
const training = createTraining(model, { batchSize, learningRate: 5e-3, steps });

const began = performance.now();
const epoch = compile(training.epoch);
let state = training.init(random.key(0));
for (let index = 0; index < epochs; index++) {
  const [next, loss] = await epoch(state, train, random.key(index));
  state = next;
  if ((index + 1) % 5 === 0) console.log(`epoch ${index + 1}: loss ${Number(loss.item()).toFixed(4)}`);
}
await epoch.release();
console.log(`trained in ${((performance.now() - began) / 1000).toFixed(1)} s`);

const classifier = exportClassifier(model, training.variables(state));
await classifier.save(file);
const session = await classifier.createSession();
const { output } = await session.run({ images: held.images });
await session.release();
console.log(`${(100 * accuracy(output!, held)).toFixed(1)} % of ${countOf(held)} digits held back are right; wrote ${file}`);
