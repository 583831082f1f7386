#!/usr/bin/env node
/** Trains the network on the digits, exports it and counts what it gets right of the digits held back: `node dist/main.js [FILE]`. */
import { eventLine } from '@flaxon/train';

import { accuracy, exportClassifier } from './classify.js';
import { countOf, loadDigits } from './data.js';
import { DigitNetwork } from './model.js';
import { createTraining } from './train.js';

const [file = 'digits.onnx'] = process.argv.slice(2);
const epochs = 25;

const { train, held } = await loadDigits();
const model = new DigitNetwork();
const { trainer, data } = createTraining(model, train, { batchSize: 64, learningRate: 5e-3, epochs });
for await (const event of trainer.fit(data, { epochs })) {
  if (event.kind === 'done' || (event.kind === 'epoch' && (event.epoch + 1) % 5 === 0)) console.log(eventLine(event));
}
await trainer.dispose();

const classifier = exportClassifier(model, trainer.variables);
await classifier.save(file);
const session = await classifier.createSession();
const { output } = await session.run({ images: held.images });
await session.release();
console.log(`${(100 * accuracy(output!, held)).toFixed(1)} % of ${countOf(held)} digits held back are right; wrote ${file}`);
