/** From a program to a finished graph. */
import { type Atom, type Dtype, type Program, sizeOf, type StaticShape, type TypedArray } from '@flaxon/tensor';
import { cast } from '../emit/arithmetic.js';
import { concat, reshape } from '../emit/layout.js';
import { GraphBuilder } from '../graph/builder.js';
import type { Graph, LocalFunction, Value } from '../graph/graph.js';
import { outlineModules } from '../graph/outline/outline-modules.js';
import { optimize } from '../passes/optimize.js';
import { removeDeadNodes } from '../passes/remove-dead-nodes.js';
import { lowerInto } from './lower.js';
import { exact, materialize } from './lowered.js';

export interface GraphOptions {
  readonly name: string;
  readonly opset: number;
  readonly device: string;
  /** A name for each input and output of the program. */
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /** Inputs that come as one array, and outputs that go as one; the names above still count for each. */
  readonly packing?: { readonly inputs: readonly PackedPort[]; readonly outputs: readonly PackedPort[] };
  /** Names for constants that are known arrays, such as the parameters of a bound module. */
  readonly constantNames?: ReadonlyMap<TypedArray, string>;
  /** The class of the module at each path, where modules are to be local functions. */
  readonly moduleKinds?: ReadonlyMap<string, string>;
}

/** Members (inputs or outputs of the program, by number) that are one array of the graph, one behind the other. */
export interface PackedPort {
  readonly name: string;
  readonly members: readonly number[];
}

export interface BuiltGraph {
  readonly graph: Graph;
  readonly functions: readonly LocalFunction[];
}

/** bfloat16, which ONNX Runtime's JavaScript interface cannot pass, comes in and goes out as float32. */
const borderDtype = (dtype: Dtype): Dtype => (dtype === 'bfloat16' ? 'float32' : dtype);

const sizesOf = (atoms: readonly Atom[], { members }: PackedPort): number[] => members.map((i) => sizeOf(atoms[i]!.shape as StaticShape));

/** The inputs of the graph, unpacked. */
function graphInputs(builder: GraphBuilder, program: Program, { inputNames, packing }: GraphOptions): Value[] {
  const ports = packing?.inputs ?? [];
  const packed = new Set(ports.flatMap(({ members }) => members));
  const values = program.inputs.map(({ dtype, shape }, i) => (packed.has(i) ? undefined : builder.input(inputNames[i]!, { dtype: borderDtype(dtype), shape })));
  for (const port of ports) {
    const sizes = sizesOf(program.inputs, port);
    const { dtype } = program.inputs[port.members[0]!]!;
    const whole = builder.input(port.name, { dtype, shape: [sizes.reduce((sum, size) => sum + size, 0)] });
    const parts = builder.nodes('Split', [whole, builder.int64s(sizes)], sizes.map((size) => ({ dtype, shape: [size] })));
    port.members.forEach((member, i) => (values[member] = reshape(builder, parts[i]!, program.inputs[member]!.shape)));
  }
  return values.map((value, i) => cast(builder, value!, program.inputs[i]!.dtype));
}

function graphOutputs(builder: GraphBuilder, program: Program, results: readonly Value[], { outputNames, packing }: GraphOptions): void {
  const ports = packing?.outputs ?? [];
  const packed = new Set(ports.flatMap(({ members }) => members));
  results.forEach((value, i) => {
    if (!packed.has(i)) builder.output(outputNames[i]!, cast(builder, value, borderDtype(value.dtype)));
  });
  for (const port of ports) {
    const sizes = sizesOf(program.outputs, port);
    builder.output(port.name, concat(builder, port.members.map((member, i) => reshape(builder, results[member]!, [sizes[i]!])), 0));
  }
}

/**
 * `program` as an ONNX graph.
 * @throws UnsupportedOpError where an equation cannot run as ONNX.
 */
export function buildGraph(program: Program, options: GraphOptions): BuiltGraph {
  const { name, opset, device, constantNames = new Map<TypedArray, string>() } = options;
  const builder = new GraphBuilder(name, opset, { device });
  const operands = graphInputs(builder, program, options).map(exact);
  const results = lowerInto(builder, { opset, device, constantNames, samples: new WeakSet() }, program, operands);
  graphOutputs(builder, program, results.map((result) => materialize(builder, result)), options);
  return optimized(builder, options.moduleKinds);
}

/** Passes run on the whole graph, or, where modules are functions, inside each of them: nothing is moved across their borders. */
function optimized({ graph, functions }: GraphBuilder, kinds: GraphOptions['moduleKinds']): BuiltGraph {
  if (kinds === undefined) {
    optimize(graph);
    return { graph, functions };
  }
  removeDeadNodes(graph);
  const modules = outlineModules(graph, { kinds, optimize });
  optimize(graph);
  return { graph, functions: [...functions, ...modules.functions()] };
}
