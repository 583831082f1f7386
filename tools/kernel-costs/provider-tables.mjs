/**
 * Writes the table of WebGPU kernels from the page that `onnxruntime-web` brings along (docs/webgpu-operators.md).
 *
 *   node tools/kernel-costs/provider-tables.mjs
 */
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const packageFolder = join(dirname(fileURLToPath(import.meta.url)), '../../packages/runtime-onnx');
const require = createRequire(join(packageFolder, 'package.json'));
const webFolder = dirname(dirname(require.resolve('onnxruntime-web')));
const { version } = JSON.parse(await readFile(join(webFolder, 'package.json'), 'utf8'));
const page = await readFile(join(webFolder, 'docs/webgpu-operators.md'), 'utf8');

/** Operators that only give the elements another shape, or choose a body: in every dtype. */
const anyDtype = new Set(['Reshape', 'Shape', 'Squeeze', 'Unsqueeze', 'Flatten', 'If']);
const withBool = new Set(['Cast', 'Not', 'Where', 'Equal', 'Transpose', 'Concat', 'Expand', 'Slice', 'Gather']);

/** `13-18` or `19+` as a row of versions; those that ended before opset 18 could matter are left out. */
function rowsOf(text) {
  return text.split(',').map((range) => {
    const [from, to] = range.replace('+', '').split('-').map(Number);
    return range.endsWith('+') ? [from] : [from, to ?? from];
  });
}

const rows = [...page.matchAll(/^\| (\w+) \| ([^|]*) \|/gm)]
  .map(([, op, domains]) => ({ op, versions: /ai\.onnx\(([^)]*)\)/.exec(domains)?.[1] }))
  .filter(({ op, versions }) => versions !== undefined && !op.startsWith('Memcpy'));
const dtypesOf = (op) => (anyDtype.has(op) ? 'undefined' : withBool.has(op) ? 'numbersAndBool' : 'numbers');

const text = `/**
 * Kernels of the WebGPU provider of ONNX Runtime ${version}: docs/webgpu-operators.md of onnxruntime-web ${version}, which names operators and versions. The page has no
 * dtypes: WebGPU has kernels for float32, float16, int32 and uint32, and bool where an operator takes it. Written by \`tools/kernel-costs/provider-tables.mjs\`.
 */
import type { Dtype } from '@flaxon/tensor';
import type { KernelTable } from './table.js';

const numbers: readonly Dtype[] = ['float32', 'float16', 'int32', 'uint32'];
const numbersAndBool: readonly Dtype[] = [...numbers, 'bool'];

export const webGpuKernels: KernelTable = {
${rows.map(({ op, versions }) => `  ${op}: [${rowsOf(versions).map((range) => `{ versions: [${range.join(', ')}], dtypes: ${dtypesOf(op)} }`).join(', ')}],`).join('\n')}
};
`;
await writeFile(join(packageFolder, 'src/placement/kernels/webgpu.generated.ts'), text);
