#!/usr/bin/env node
/**
 * Saves the tasks of the export benchmark as test cases in ONNX's backend-test layout, with what they give on the eager executor:
 *
 *     npm run build
 *     node tools/onnx/save-cases.mjs DIRECTORY [TEXT IN THE ID]
 *     python tools/onnx/check-cases.py DIRECTORY --checker
 *
 * Where a task has a batch, its graph takes any size of it, and there are data sets of two sizes.
 */
import { join } from 'node:path';
import { saveTestCase } from '../../packages/runtime-onnx/dist/index.js';
import { Tensor, tree } from '../../packages/tensor/dist/index.js';
import { argumentsOf, exportTask, feedsOf } from '../../packages/bench/dist/exports/check.js';
import { exportRows } from '../../packages/bench/dist/exports/rows/index.js';

const [directory, filter = ''] = process.argv.slice(2);
if (directory === undefined) throw new Error('expected DIRECTORY [TEXT IN THE ID]');

/** What a task gives for arguments, by the names of the model's outputs. */
function outputsOf(task, model, args) {
  const result = task.run(...args);
  const leaves = result instanceof Tensor ? [result] : tree.leaves(result);
  return Object.fromEntries(model.outputs.map(({ name }, i) => [name, leaves[i]]));
}

let saved = 0;
for (const row of exportRows.filter(({ id }) => id.includes(filter))) {
  const task = row.prepare();
  const hasBatch = row.batch !== undefined;
  const model = exportTask(task, hasBatch ? 'batch' : 1);
  const calls = (hasBatch ? [2, 5] : [1]).map((size, i) => argumentsOf(task, size, i + 1));
  const data = calls.map((args) => feedsOf(model, args));
  await saveTestCase(join(directory, row.id), model, { data, expected: (feeds) => outputsOf(task, model, calls[data.indexOf(feeds)]) });
  saved++;
}
console.log(`${saved} cases saved in ${directory}`);
