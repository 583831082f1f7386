#!/usr/bin/env node
/**
 * Chooses small node cases of the ONNX standard and writes them into one file of the repository:
 *
 *     node tools/onnx/pack-node-cases.mjs DIRECTORY OPERATORS.txt packages/runtime-onnx/test/evaluate/node-cases.json [PER_OPERATOR]
 *
 * DIRECTORY has the cases in the backend-test layout (see write-node-cases.py), OPERATORS.txt a line `case operator` for each case that is wanted; of
 * each operator the smallest ones are taken.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [root, list, target, most = '3'] = process.argv.slice(2);
if (target === undefined) throw new Error('expected DIRECTORY OPERATORS.txt TARGET [PER_OPERATOR]');

const read = (path) => readFileSync(path).toString('base64');

function tensors(folder, kind) {
  const found = [];
  for (let i = 0; existsSync(join(folder, `${kind}_${i}.pb`)); i++) found.push(read(join(folder, `${kind}_${i}.pb`)));
  return found;
}

function caseOf(name) {
  const folder = join(root, name);
  const sets = readdirSync(folder).filter((set) => set.startsWith('test_data_set_')).sort();
  return { name, model: read(join(folder, 'model.onnx')), dataSets: sets.map((set) => ({ inputs: tensors(join(folder, set), 'input'), outputs: tensors(join(folder, set), 'output') })) };
}

const lengthOf = (one) => JSON.stringify(one).length;
/** A larger case is left out. */
const longest = 8000;

const byOperator = new Map();
for (const line of readFileSync(list, 'utf8').trim().split('\n')) {
  const [name, operator] = line.split(' ');
  byOperator.set(operator, [...(byOperator.get(operator) ?? []), caseOf(name)]);
}
const chosen = [...byOperator.values()].flatMap((cases) => cases.filter((one) => lengthOf(one) <= longest).sort((a, b) => lengthOf(a) - lengthOf(b)).slice(0, Number(most)));
const cases = chosen.sort((a, b) => (a.name < b.name ? -1 : 1));
const source = 'Node cases of the ONNX standard (github.com/onnx/onnx, Apache-2.0), chosen by tools/onnx/pack-node-cases.mjs';
writeFileSync(target, `{"source":${JSON.stringify(source)},"cases":[\n${cases.map((one) => JSON.stringify(one)).join(',\n')}\n]}\n`);
console.log(`${cases.length} cases of ${byOperator.size} operators, ${readFileSync(target).length} bytes`);
