/**
 * Finds for which dtypes and opsets ONNX Runtime has a kernel of each operator that the lowerings use, by making and running a one-operator model for each,
 * and writes `packages/runtime-onnx/src/lower/kernel-support.ts`. With `--runtime web` it prints how `onnxruntime-web` differs from that table.
 *
 *   npx -y pnpm@10.34.9 exec tsc -b packages/runtime-onnx && node tools/kernel-costs/probe-kernels.mjs [--runtime node|web]
 */
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { dtypes, probes, runs } from './probes.mjs';

const { values: options } = parseArgs({ options: { runtime: { type: 'string', default: 'node' } } });
const packageFolder = join(dirname(fileURLToPath(import.meta.url)), '../../packages/runtime-onnx');
const require = createRequire(join(packageFolder, 'package.json'));
const packageName = options.runtime === 'web' ? 'onnxruntime-web' : 'onnxruntime-node';
const ort = options.runtime === 'web' ? await import(pathToFileURL(require.resolve(packageName)).href) : require(packageName);
const { encodeModel } = await import(join(packageFolder, 'dist/format/writer.js'));
const { hasKernel } = await import(join(packageFolder, 'dist/lower/kernel-support.js'));
const version = ort.env.versions.node ?? ort.env.versions.web ?? ort.env.versions.common;
if (options.runtime === 'web') ort.env.wasm.numThreads = 1;
ort.env.logLevel = 'fatal';

const opsets = Array.from({ length: 9 }, (_, i) => 18 + i);

/**
 * The first opset with a kernel; it is there at every later one. One that is lost again is none: ONNX Runtime put the body of the operator's definition in
 * its place, as precise as that may be.
 */
function firstOpset(found, what) {
  const from = found.indexOf(true);
  if (from < 0 || !found.at(-1)) return undefined;
  if (found.slice(from).includes(false)) throw new Error(`${what}: kernels come and go with the opset: ${opsets.filter((_, i) => found[i]).join(', ')}`);
  return opsets[from];
}

const rows = [];
for (const [key, probe] of Object.entries(probes)) {
  const kernels = [];
  for (const dtype of dtypes.filter((one) => probe.among.includes(one))) {
    const found = [];
    for (const opset of opsets) found.push(await runs(ort, encodeModel, key, dtype, opset));
    const from = firstOpset(found, `${key} ${dtype}`);
    if (from !== undefined) kernels.push({ dtype, from });
    if (options.runtime === 'web') found.forEach((has, i) => { if (has !== hasKernel(key, dtype, opsets[i])) console.log(`${key} ${dtype} at opset ${opsets[i]}: ${has ? 'only here' : 'not here'}`); });
  }
  rows.push({ key, kernels });
  process.stderr.write(`${key} `);
}
process.stderr.write('\n');

const quoted = (dtype) => `'${dtype}'`;
const later = rows.map(({ key, kernels }) => [key, kernels.filter(({ from }) => from !== opsets[0])]).filter(([, kernels]) => kernels.length > 0);
const text = `/**
 * For which dtypes ONNX Runtime ${version} (CPU provider, onnxruntime-node) has a kernel of an operator at opset ${opsets[0]} to ${opsets.at(-1)}. Found by
 * \`tools/kernel-costs/probe-kernels.mjs\`, which writes this file; the keys are operator names, with the variant where it matters.
 */
import type { Dtype } from '@flaxon/tensor';

export const kernelSupport = {
${rows.map(({ key, kernels }) => `  ${key}: [${kernels.map(({ dtype }) => quoted(dtype)).join(', ')}],`).join('\n')}
} as const satisfies Readonly<Record<string, readonly Dtype[]>>;

export type KernelName = keyof typeof kernelSupport;

/** The first opset at which there is a kernel, where that is not ${opsets[0]}. */
const firstOpsets: { readonly [K in KernelName]?: { readonly [D in Dtype]?: number } } = {
${later.map(([key, list]) => `  ${key}: { ${list.map(({ dtype, from }) => `${dtype}: ${from}`).join(', ')} },`).join('\n')}
};

/** True where the runtime has a kernel of \`name\` for \`dtype\` at \`opset\`, or at every opset where none is given. */
export const hasKernel = (name: KernelName, dtype: Dtype, opset = ${opsets[0]}): boolean =>
  (kernelSupport[name] as readonly Dtype[]).includes(dtype) && opset >= (firstOpsets[name]?.[dtype] ?? ${opsets[0]});
`;
if (options.runtime === 'node') await writeFile(join(packageFolder, 'src/lower/kernel-support.ts'), text);
