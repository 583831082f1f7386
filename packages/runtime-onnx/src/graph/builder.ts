/**
 * Adds nodes to a graph. Constants are shared between equal ones; the size of a symbolic dimension is read once, from a
 * graph input that carries it, where something first needs it.
 */
import { type Dim, type Dtype, equalShapes, formatShape, isStatic, type Shape, ShapeError, symbol, type SymbolicDim } from '@flaxon/tensor';
import type { TensorData } from '../format/tensors.js';
import { contentKey, sameData, tensorData } from './constants.js';
import { type Attributes, functionDomain, Graph, int, type LocalFunction, type Node, type Value } from './graph.js';

/** The dtype and shape of a value to be made. */
export interface ValueSpec {
  readonly dtype: Dtype;
  readonly shape: Shape;
}

/** Constants and local functions of one model, shared by its graphs. */
class ModelPool {
  readonly #constants = new Map<string, Value[]>();
  readonly functions = new Map<string, LocalFunction>();

  constant(data: TensorData): Value {
    const key = contentKey(data);
    const candidates = this.#constants.get(key) ?? [];
    const known = candidates.find(({ source }) => source.kind === 'constant' && sameData(source.data, data));
    if (known) return known;
    const made: Value = { dtype: data.dtype, shape: data.shape, source: { kind: 'constant', data, name: undefined } };
    this.#constants.set(key, [...candidates, made]);
    return made;
  }
}

export class GraphBuilder {
  readonly graph: Graph;
  readonly #pool: ModelPool;
  readonly #root: GraphBuilder;
  readonly #dims = new Map<Dim, Value>();
  readonly #shapes = new Map<string, Value>();
  /** The module path written on the nodes made now. */
  scope = '';

  /** The version of ONNX's operators that the nodes belong to. */
  readonly opset: number;
  /** Where the graph will run: what is cheap there decides among lowerings. */
  readonly device: string;

  constructor(name: string, opset: number, { parent, device = parent?.device ?? 'cpu' }: { readonly parent?: GraphBuilder; readonly device?: string } = {}) {
    this.graph = new Graph(name);
    this.opset = opset;
    this.device = device;
    this.#pool = parent ? parent.#pool : new ModelPool();
    this.#root = parent ? parent.#root : this;
  }

  /** A builder for the body of a control-flow node; it may use the values of this graph. */
  child(name: string): GraphBuilder {
    const made = new GraphBuilder(name, this.opset, { parent: this });
    made.scope = this.scope;
    return made;
  }

  get functions(): readonly LocalFunction[] {
    return [...this.#pool.functions.values()];
  }

  input(name: string, { dtype, shape }: ValueSpec): Value {
    const value: Value = { dtype, shape, source: { kind: 'input', name } };
    this.graph.inputs.push(value);
    return value;
  }

  output(name: string, value: Value): void {
    this.graph.outputs.push({ name, value });
  }

  /** A constant; one with a name of its own is not merged with equal ones. */
  constant(data: TensorData, name?: string): Value {
    if (name === undefined) return this.#pool.constant(data);
    return { dtype: data.dtype, shape: data.shape, source: { kind: 'constant', data, name } };
  }

  int64s(elements: readonly (number | bigint)[]): Value {
    return this.constant(tensorData('int64', [elements.length], elements));
  }

  /** `domain:op(inputs)` with the outputs of the given dtypes and shapes. */
  nodes(op: string, inputs: readonly (Value | undefined)[], outputs: readonly ValueSpec[], attributes: Attributes = {}, domain = ''): Value[] {
    const made: Value[] = [];
    const node: Node = { op, domain, inputs: [...inputs], attributes, outputs: made, scope: this.scope };
    for (const { dtype, shape } of outputs) made.push({ dtype, shape, source: { kind: 'node', node } });
    this.graph.nodes.push(node);
    return made;
  }

  node(op: string, inputs: readonly (Value | undefined)[], output: ValueSpec, attributes: Attributes = {}): Value {
    return this.nodes(op, inputs, [output], attributes)[0]!;
  }

  /** Calls the local function `name`, which `build` makes the first time. */
  callFunction(name: string, inputs: readonly Value[], outputs: readonly ValueSpec[], build: (builder: GraphBuilder, inputs: readonly Value[]) => readonly Value[]): Value[] {
    if (!this.#pool.functions.has(name)) {
      const builder = new GraphBuilder(name, this.opset, { device: this.device });
      // Functions are elementwise: inside, every value stands for one element.
      const parameters = inputs.map(({ dtype }, i) => builder.input(`x${i}`, { dtype, shape: [] }));
      build(builder, parameters).forEach((value, i) => builder.output(`y${i}`, value));
      this.#pool.functions.set(name, { name, graph: builder.graph });
      // A function that calls others brings them along.
      for (const inner of builder.functions) this.#pool.functions.set(inner.name, inner);
    }
    return this.nodes(name, inputs, outputs, {}, functionDomain);
  }

  /** The size of `dim` as an int64 array of shape (1). */
  dim(dim: Dim): Value {
    if (isStatic(dim)) return this.int64s([dim]);
    if (this.#root !== this) return this.#root.dim(dim);
    const known = this.#dims.get(dim);
    if (known) return known;
    const outer = this.scope;
    this.scope = '';
    const made = this.#readDim(dim) ?? this.#computeDim(dim);
    this.scope = outer;
    this.#dims.set(dim, made);
    return made;
  }

  /** `Shape` of the first graph input that has `dim` as a dimension. */
  #readDim(dim: SymbolicDim): Value | undefined {
    for (const input of this.graph.inputs) {
      const axis = input.shape.indexOf(dim);
      if (axis < 0) continue;
      const attributes = { start: int(axis), end: int(axis + 1) };
      return this.node('Shape', [input], { dtype: 'int64', shape: [1] }, attributes);
    }
    return undefined;
  }

  #computeDim(dim: SymbolicDim): Value {
    const terms = [...dim.terms].map(([monomial, coefficient]) => this.#termValue(dim, monomial, coefficient));
    return terms.reduce((sum, term) => this.node('Add', [sum, term], { dtype: 'int64', shape: [1] }));
  }

  #termValue(dim: SymbolicDim, monomial: string, coefficient: number): Value {
    const factors = monomial === '' ? [] : monomial.split('*').map((name) => this.#symbolValue(dim, name));
    if (coefficient !== 1 || factors.length === 0) factors.push(this.int64s([coefficient]));
    return factors.reduce((product, factor) => this.node('Mul', [product, factor], { dtype: 'int64', shape: [1] }));
  }

  /** The size of one symbol: read where it is a dimension, solved from `coefficient * symbol + constant` elsewhere. */
  #symbolValue(wanted: SymbolicDim, name: string): Value {
    const wantedSymbol = symbol(name);
    const known = this.#dims.get(wantedSymbol) ?? this.#readDim(wantedSymbol) ?? this.#solve(name);
    if (!known) {
      const shapes = this.graph.inputs.map(({ shape }) => formatShape(shape));
      throw new ShapeError('export', shapes, `the dimension ${wanted.text} cannot be found from the shapes of the inputs: \`${name}\` occurs in none of them alone`);
    }
    this.#dims.set(wantedSymbol, known);
    return known;
  }

  #solve(name: string): Value | undefined {
    for (const dim of this.graph.inputs.flatMap(({ shape }) => shape)) {
      if (isStatic(dim) || [...dim.terms.keys()].some((monomial) => monomial !== '' && monomial !== name)) continue;
      const constant = dim.terms.get('') ?? 0;
      const coefficient = dim.terms.get(name)!;
      let value = this.dim(dim);
      if (constant !== 0) value = this.node('Sub', [value, this.int64s([constant])], { dtype: 'int64', shape: [1] });
      if (coefficient !== 1) value = this.node('Div', [value, this.int64s([coefficient])], { dtype: 'int64', shape: [1] });
      return value;
    }
    return undefined;
  }

  /** `shape` as an int64 vector, for operators that take a shape as an operand. */
  shapeVector(shape: Shape): Value {
    if (shape.every(isStatic)) return this.int64s(shape);
    if (this.#root !== this) return this.#root.shapeVector(shape);
    const key = formatShape(shape);
    const known = this.#shapes.get(key);
    if (known) return known;
    const outer = this.scope;
    this.scope = '';
    const input = this.graph.inputs.find((candidate) => equalShapes(candidate.shape, shape));
    const made = input ? this.node('Shape', [input], { dtype: 'int64', shape: [shape.length] }) : this.#joinDims(shape);
    this.scope = outer;
    this.#shapes.set(key, made);
    return made;
  }

  #joinDims(shape: Shape): Value {
    const parts: Value[] = [];
    for (let axis = 0; axis < shape.length; axis++) {
      const run: number[] = [];
      while (axis < shape.length && isStatic(shape[axis]!)) run.push(shape[axis++] as number);
      if (run.length > 0) parts.push(this.int64s(run));
      if (axis < shape.length) parts.push(this.dim(shape[axis]!));
    }
    if (parts.length === 1) return parts[0]!;
    return this.node('Concat', parts, { dtype: 'int64', shape: [shape.length] }, { axis: int(0) });
  }
}
