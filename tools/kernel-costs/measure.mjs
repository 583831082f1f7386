/**
 * Measures what one node of each elementwise operator costs on the CPU, for every call and for every element, with models of many equal nodes, and writes
 * `packages/runtime-onnx/src/cost/cpu-costs.generated.ts`. The least of many runs counts, and the median of several passes, so that
 * other work on the machine does not.
 *
 *   npx -y pnpm@10.34.9 exec tsc -b packages/runtime-onnx && node tools/kernel-costs/measure.mjs [--runs 100]
 */
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { attribute, dataTypes } from './probes.mjs';

const { values: options } = parseArgs({ options: { runs: { type: 'string', default: '100' } } });
const packageFolder = join(dirname(fileURLToPath(import.meta.url)), '../../packages/runtime-onnx');
const require = createRequire(join(packageFolder, 'package.json'));
const ort = require('onnxruntime-node');
const { encodeModel } = await import(join(packageFolder, 'dist/format/writer.js'));
const { hasKernel } = await import(join(packageFolder, 'dist/lower/kernel-support.js'));

const opset = 23;
const nodes = 16;
const [small, large] = [16, 2048];
const dtypes = ['float32', 'float64'];

const unary = ['Abs', 'Neg', 'Exp', 'Log', 'Sqrt', 'Reciprocal', 'Floor', 'Ceil', 'Round', 'Sign', 'Relu', 'Sigmoid', 'Tanh', 'Sin', 'Cos', 'Tan', 'Asin', 'Acos', 'Atan', 'Sinh', 'Cosh', 'Asinh', 'Acosh', 'Atanh', 'Erf', 'Softplus', 'Elu', 'LeakyRelu', 'Selu', 'Softsign', 'HardSigmoid', 'HardSwish', 'Mish', 'Identity', 'IsNaN'];
const binary = ['Add', 'Sub', 'Mul', 'Div', 'Pow', 'Max', 'Min', 'Less', 'Greater', 'Equal', 'GreaterOrEqual', 'LessOrEqual'];
const kernels = [
  ...unary.map((op) => ({ key: op, op, operands: 1 })),
  ...binary.map((op) => ({ key: op, op, operands: 2 })),
  { key: 'Fmod', op: 'Mod', operands: 2, attributes: [attribute('fmod', 1)] },
  { key: 'GeluExact', op: 'Gelu', operands: 1 },
  { key: 'GeluTanh', op: 'Gelu', operands: 1, attributes: [attribute('approximate', 'tanh')] },
  { key: 'Where', op: 'Where', operands: 3 },
  { key: 'Clip', op: 'Clip', operands: 1, bounds: true },
];

const shape = (size) => ({ dim: [{ dimValue: size }] });
const info = (name, dtype, size) => ({ name, type: { tensorType: { elemType: dataTypes[dtype], ...(size && { shape: shape(size) }) } } });

/** `nodes` equal nodes on the same operands; one result is fetched, all are computed. */
function model({ op, operands, attributes = [], bounds }, dtype, size) {
  const inputs = operands === 3 ? ['c', 'x', 'y'] : ['x', 'y'].slice(0, operands);
  const scalar = (name, value) => ({ name, dims: [], dataType: dataTypes[dtype], rawData: new Uint8Array((dtype === 'float32' ? Float32Array : Float64Array).of(value).buffer) });
  const outputs = Array.from({ length: nodes }, (_, i) => `z${i}`);
  const bool = ['IsNaN', 'Less', 'Greater', 'Equal', 'GreaterOrEqual', 'LessOrEqual'].includes(op);
  return encodeModel({
    irVersion: 10,
    opsetImport: [{ domain: '', version: opset }],
    graph: {
      name: op,
      node: outputs.map((output) => ({ opType: op, input: bounds ? [...inputs, 'low', 'high'] : inputs, output: [output], attribute: attributes })),
      initializer: bounds ? [scalar('low', 0.3), scalar('high', 0.6)] : [],
      input: inputs.map((name) => info(name, name === 'c' ? 'bool' : dtype, size)),
      output: outputs.map((name) => info(name, bool ? 'bool' : dtype)),
    },
  });
}

/** Numbers in the domain of every operator: from 0.1 to 0.9, or above 1 for the inverse of cosh. */
function feeds({ op, operands }, dtype, size) {
  const spread = Float64Array.from({ length: size }, (_, i) => 0.1 + (0.8 * ((i * 7919) % size)) / size + (op === 'Acosh' ? 1 : 0));
  const typed = dtype === 'float32' ? Float32Array.from(spread) : spread;
  const x = new ort.Tensor(dtype, typed, [size]);
  const c = new ort.Tensor('bool', Uint8Array.from(spread, (value) => (value > 0.5 ? 1 : 0)), [size]);
  return { x, ...(operands > 1 && { y: x }), ...(operands === 3 && { c }) };
}

/** The least time of a run of the graph, in ns. */
async function leastTime(bytes, inputs) {
  const session = await ort.InferenceSession.create(bytes, { graphOptimizationLevel: 'disabled', intraOpNumThreads: 1, logSeverityLevel: 4 });
  let least = Infinity;
  for (let run = 0; run < Number(options.runs); run++) {
    const start = performance.now();
    await session.run(inputs, ['z0']);
    least = Math.min(least, (performance.now() - start) * 1e6);
  }
  await session.release();
  return least;
}

/** The least time of one node, in ns. */
const nodeTime = (kernel, dtype, size) => leastTime(model(kernel, dtype, size), feeds(kernel, dtype, size));

/** What a call takes without any node. */
function callTime(dtype) {
  const { nodes: _, ...identity } = { nodes, op: 'Identity', operands: 1 };
  const one = encodeModel({
    irVersion: 10,
    opsetImport: [{ domain: '', version: opset }],
    graph: { name: 'one', node: [{ opType: 'Identity', input: ['x'], output: ['z0'] }], input: [info('x', dtype, small)], output: [info('z0', dtype)] },
  });
  return leastTime(one, feeds(identity, dtype, small));
}

const round = (value) => Number(Math.max(0, value).toPrecision(2));
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

/** One measurement: ns for every call of a node, and for every element. */
async function measureOnce(kernel, dtype) {
  const [call, few, many] = [await callTime(dtype), await nodeTime(kernel, dtype, small), await nodeTime(kernel, dtype, large)];
  return { call: (few - call) / nodes, element: (many - few) / nodes / (large - small) };
}

const passes = 5;
const measured = new Map();
for (let pass = 0; pass < passes; pass++) {
  for (const kernel of kernels) {
    for (const dtype of dtypes.filter((one) => hasKernel(kernel.key, one, opset))) {
      const key = `${kernel.key} ${dtype}`;
      measured.set(key, [...(measured.get(key) ?? []), await measureOnce(kernel, dtype)]);
    }
  }
  process.stderr.write(`pass ${pass + 1} of ${passes}\n`);
}
const cell = (key, dtype) => {
  const found = measured.get(`${key} ${dtype}`);
  return found && `${dtype}: [${round(median(found.map(({ call }) => call)))}, ${round(median(found.map(({ element }) => element)))}]`;
};
const rows = kernels.map(({ key }) => `  ${key}: { ${dtypes.map((dtype) => cell(key, dtype)).filter(Boolean).join(', ')} },`);

await writeFile(
  join(packageFolder, 'src/cost/cpu-costs.generated.ts'),
  `/**
 * What a node takes on the CPU provider of ONNX Runtime ${ort.env.versions.node ?? ort.env.versions.common}, one thread: ns for every call, and ns for every element. Measured by
 * \`tools/kernel-costs/measure.mjs\`, which writes this file; ratios matter, not the figures themselves.
 */
import type { CostTable } from './cost-table.js';

export const cpuCosts: CostTable = {
${rows.join('\n')}
};
`,
);
