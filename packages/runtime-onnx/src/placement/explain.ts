/** Which execution provider of ONNX Runtime each node of a model gets. */
import { ArgumentError, type Dtype } from '@flaxon/tensor';
import type { OnnxModelData, OnnxNode } from '../format/types.js';
import { hasKernel, kernelSupport, type KernelName } from '../lower/kernel-support.js';
import { attributeOf } from './dtypes.js';
import { cudaKernels } from './kernels/cuda.js';
import { sinceVersion } from './kernels/since-versions.js';
import { fitsVersion, type KernelTable } from './kernels/table.js';
import { webGpuKernels } from './kernels/webgpu.generated.js';
import { type WalkedNode, walkModel } from './walk.js';

export type PlacementDevice = 'cpu' | 'wasm' | 'cuda' | 'webgpu';

export type ExecutionProvider = 'CPUExecutionProvider' | 'CUDAExecutionProvider' | 'WebGpuExecutionProvider';

export interface NodePlacement {
  /** The node's name, behind those of the modules that are functions. */
  readonly name: string;
  readonly op: string;
  /** The dtype by which the kernel is chosen; undefined where the model does not tell it. */
  readonly dtype: Dtype | undefined;
  /** Undefined where no provider is known to have a kernel: the session may refuse the model. */
  readonly provider: ExecutionProvider | undefined;
  /** Why it is not on the device, or on none. */
  readonly reason?: string;
  /** True where the node is on the CPU although the device was asked for, for want of a kernel. Arithmetic on shapes belongs there. */
  readonly isFallback: boolean;
}

export interface Placement {
  readonly device: PlacementDevice;
  readonly nodes: readonly NodePlacement[];
  /** How many nodes each provider gets. */
  readonly counts: ReadonlyMap<ExecutionProvider, number>;
  readonly fallbacks: readonly NodePlacement[];
  /** Arrays that go from the device to the CPU or back between nodes, each once in each direction. */
  readonly copies: number;
}

const devices: { readonly [D in PlacementDevice]: { readonly provider: ExecutionProvider; readonly label: string; readonly table?: KernelTable } } = {
  cpu: { provider: 'CPUExecutionProvider', label: 'the CPU provider' },
  wasm: { provider: 'CPUExecutionProvider', label: 'the CPU provider (WebAssembly)' },
  cuda: { provider: 'CUDAExecutionProvider', label: 'the CUDA provider', table: cudaKernels },
  webgpu: { provider: 'WebGpuExecutionProvider', label: 'the WebGPU provider', table: webGpuKernels },
};

const oldestOpset = 18;

/** Operands that kernels of every device read on the CPU: shapes, axes, bounds, counts. By operator, from which operand on. */
const hostOperands: Readonly<Record<string, number>> = {
  Reshape: 1, Expand: 1, Slice: 1, Pad: 1, TopK: 1, Split: 1, Tile: 1, Squeeze: 1, Unsqueeze: 1, CumSum: 1, Range: 0, ConstantOfShape: 0, If: 0, Loop: 0,
  ReduceSum: 1, ReduceMean: 1, ReduceProd: 1, ReduceMax: 1, ReduceMin: 1, ReduceL1: 1, ReduceL2: 1, ReduceLogSum: 1, ReduceLogSumExp: 1, ReduceSumSquare: 1,
};
/** `Pad` has its value, `Loop` its carried arrays, behind those. */
const hostOperandEnds: Readonly<Record<string, number>> = { Pad: 2, Loop: 2 };

const isHostOperand = ({ opType = '' }: OnnxNode, at: number): boolean => Object.hasOwn(hostOperands, opType) && at >= hostOperands[opType]! && at < (hostOperandEnds[opType] ?? Infinity);

/** The row of the table of CPU kernels, which tells variants of some operators apart. */
function cpuKernelName(node: OnnxNode): KernelName | undefined {
  const { opType = '' } = node;
  const textOf = (name: string): string => new TextDecoder().decode(attributeOf(node, name)?.s ?? new Uint8Array());
  const reduction = textOf('reduction');
  const variant =
    opType === 'Gelu' ? (textOf('approximate') === 'tanh' ? 'GeluTanh' : 'GeluExact')
    : opType === 'Mod' && Number(attributeOf(node, 'fmod')?.i ?? 0) === 1 ? 'Fmod'
    : opType.startsWith('Scatter') && reduction !== '' && reduction !== 'none' ? `${opType}${reduction[0]!.toUpperCase()}${reduction.slice(1)}`
    : opType;
  return Object.hasOwn(kernelSupport, variant) ? (variant as KernelName) : undefined;
}

/** Why the CPU has no kernel; undefined where it has one, or where the table does not know the operator. */
function cpuProblem({ node, dtype }: WalkedNode, opset: number): string | undefined {
  const name = cpuKernelName(node);
  if (name === undefined || dtype === undefined || hasKernel(name, dtype, opset)) return undefined;
  return `the CPU provider has no kernel of ${name} for ${dtype}`;
}

/** Why a device has no kernel; undefined where it has one. */
function deviceProblem({ node, dtype }: WalkedNode, opset: number, label: string, table: KernelTable): string | undefined {
  const { opType = '', domain = '' } = node;
  if (domain !== '') return `${label} is not known to have operators of the domain ${domain}`;
  const rows = Object.hasOwn(table, opType) ? table[opType]! : [];
  if (rows.length === 0) return `${label} has no kernel of ${opType}`;
  const matching = (version: number | undefined) => rows.filter((row) => version !== undefined && fitsVersion(row, version));
  const found = matching(sinceVersion(opType, opset));
  if (found.length === 0) {
    for (let older = opset - 1; older >= oldestOpset; older--) {
      if (matching(sinceVersion(opType, older)).length > 0) return `${label} has no kernel of ${opType} as it is since opset ${sinceVersion(opType, opset)}; with opset ${older} it has one`;
    }
    return `${label} has no kernel of ${opType} for opset ${opset}`;
  }
  // A body decides for itself, node by node.
  if (dtype === undefined || found.some(({ dtypes }) => dtypes === undefined || dtypes.includes(dtype))) return undefined;
  return `${label} has no kernel of ${opType} for ${dtype}`;
}

/** Values that are on the CPU wherever the model runs: shapes, and what is computed from them alone. */
function hostValues(nodes: readonly WalkedNode[], constants: ReadonlySet<string>): ReadonlySet<string> {
  const host = new Set<string>();
  for (const { node, inputs, outputs, captured } of nodes) {
    const operands = inputs.filter((name) => name !== '' && !constants.has(name));
    const isShape = node.opType === 'Shape' || node.opType === 'Size';
    if (isShape || (captured.length === 0 && operands.length > 0 && operands.every((name) => host.has(name)))) for (const output of outputs) host.add(output);
  }
  return host;
}

function place(walked: WalkedNode, opset: number, device: PlacementDevice, host: ReadonlySet<string>): NodePlacement {
  const { provider, label, table } = devices[device];
  const described = { name: walked.name, op: walked.node.opType ?? '', dtype: walked.dtype };
  const problem = table === undefined ? undefined : deviceProblem(walked, opset, label, table);
  const isShapeWork = table !== undefined && walked.outputs.length > 0 && walked.outputs.every((output) => host.has(output));
  if (table !== undefined && problem === undefined && !isShapeWork) return { ...described, provider, isFallback: false };
  const cpu = cpuProblem(walked, opset);
  if (cpu !== undefined) return { ...described, provider: undefined, reason: problem === undefined ? cpu : `${problem}; ${cpu}`, isFallback: table !== undefined };
  if (table === undefined) return { ...described, provider: 'CPUExecutionProvider', isFallback: false };
  if (isShapeWork) return { ...described, provider: 'CPUExecutionProvider', reason: 'arithmetic on shapes', isFallback: false };
  return { ...described, provider: 'CPUExecutionProvider', reason: problem!, isFallback: true };
}

/** A copy for each array that a node reads elsewhere than where it was made. */
function countCopies(nodes: readonly WalkedNode[], placed: readonly NodePlacement[], host: ReadonlySet<string>, constants: ReadonlySet<string>): number {
  const made = new Map<string, 'host' | 'device'>();
  const sideOf = (i: number): 'host' | 'device' => (placed[i]!.provider === 'CPUExecutionProvider' ? 'host' : 'device');
  nodes.forEach(({ outputs }, i) => outputs.forEach((output) => made.set(output, host.has(output) ? 'host' : sideOf(i))));
  const copies = new Set<string>();
  nodes.forEach(({ node, inputs }, i) => {
    inputs.forEach((input, at) => {
      const from = made.get(input);
      const to = isHostOperand(node, at) ? 'host' : sideOf(i);
      if (from !== undefined && !constants.has(input) && from !== to) copies.add(`${input} to ${to}`);
    });
  });
  return copies.size;
}

/**
 * Which provider of ONNX Runtime 1.30 each node of `model` gets when a session is opened for `device`: the device's where it has a kernel for the
 * operator, in the version that the model's opset has, and the dtype; else the CPU's, with the reason. Functions are inlined; bodies of loops and
 * branches count once.
 *
 *     const { fallbacks, copies } = explainPlacement(model.data, 'cuda');
 *
 * The CPU's kernels are those that the installed runtime was found to have (`tools/kernel-costs/probe-kernels.mjs`), CUDA's and WebGPU's those of its
 * documentation (`placement/kernels`), which says nothing of attributes: a kernel may still refuse a case. ONNX Runtime fuses nodes before it places
 * them, so that the session may have fewer.
 * @throws ArgumentError for an unknown device
 */
export function explainPlacement(model: OnnxModelData, device: PlacementDevice): Placement {
  if (!Object.hasOwn(devices, device)) throw new ArgumentError('explainPlacement', 'device', `must be one of ${Object.keys(devices).join(', ')}, found ${JSON.stringify(device)}`);
  const opset = Number(model.opsetImport?.find(({ domain = '' }) => domain === '')?.version ?? 0);
  const { nodes, constants } = walkModel(model);
  const host = hostValues(nodes, constants);
  const placed = nodes.map((node) => place(node, opset, device, host));
  const counts = new Map<ExecutionProvider, number>();
  for (const { provider } of placed) if (provider) counts.set(provider, (counts.get(provider) ?? 0) + 1);
  const copies = devices[device].table === undefined ? 0 : countCopies(nodes, placed, host, constants);
  return { device, nodes: placed, counts, fallbacks: placed.filter(({ isFallback }) => isFallback), copies };
}

/** A placement as text: counts, copies, and a line for each kind of node that is not on the device. */
export function formatPlacement({ device, nodes, counts, fallbacks, copies }: Placement): string {
  const total = [...counts].map(([provider, count]) => `${count} ${provider}`);
  const missing = nodes.filter(({ provider }) => provider === undefined);
  const byReason = new Map<string, string[]>();
  for (const { name, reason = '' } of new Set([...fallbacks, ...missing])) byReason.set(reason, [...(byReason.get(reason) ?? []), name]);
  const lines = [...byReason].map(([reason, names]) => `    ${names.length} on the CPU: ${reason} (${names.slice(0, 3).join(', ')}${names.length > 3 ? ', ...' : ''})`);
  return [`  ${device}: ${total.join(', ') || 'no nodes'}${missing.length > 0 ? `, ${missing.length} nowhere` : ''}${copies > 0 ? `, ${copies} copies` : ''}`, ...lines].join('\n');
}
