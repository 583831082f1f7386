/** One application of an operator: what a rule reads. */
import { type Dtype, type Tensor, concrete } from '@flaxon/tensor';
import { dtypeOfDataType } from '../format/data-type.js';
import { decodeTensor } from '../format/tensors.js';
import type { OnnxAttribute, OnnxGraph, OnnxNode } from '../format/types.js';
import { NodeEvaluationError } from './errors.js';

/** Runs the graph of an attribute on tensors for its inputs, in the scope of the node. */
export type GraphRunner = (graph: OnnxGraph, inputs: readonly (Tensor | undefined)[]) => Tensor[];

/** What an operator makes of its operands: one tensor for each output that it has, those at the end may be left out. */
export type OperatorRule = (call: NodeCall) => readonly Tensor[];

const textDecoder = new TextDecoder();

export interface NodePlace {
  readonly node: OnnxNode;
  readonly inputs: readonly (Tensor | undefined)[];
  /** Those of the node, with references to attributes of the enclosing function resolved. */
  readonly attributes: readonly OnnxAttribute[];
  /** The version of ONNX's operators at this place. */
  readonly opset: number;
  readonly runGraph: GraphRunner;
}

export class NodeCall {
  readonly operator: string;
  readonly name: string;
  readonly inputs: readonly (Tensor | undefined)[];
  readonly opset: number;
  readonly runGraph: GraphRunner;
  /** True for outputs that are named, so that something may read them. */
  readonly outputs: readonly boolean[];
  readonly #attributes: ReadonlyMap<string, OnnxAttribute>;

  constructor({ node, inputs, attributes, opset, runGraph }: NodePlace) {
    this.operator = node.opType ?? '';
    this.name = node.name ?? '';
    this.inputs = inputs;
    this.opset = opset;
    this.runGraph = runGraph;
    this.outputs = (node.output ?? []).map((output) => output !== '');
    this.#attributes = new Map(attributes.map((attribute) => [attribute.name ?? '', attribute]));
  }

  /** An error about this node. */
  fault(description: string): NodeEvaluationError {
    return new NodeEvaluationError(this.operator, this.name, description);
  }

  /** The operand at a place. @throws NodeEvaluationError where it was left out. */
  input(index: number): Tensor {
    const found = this.inputs[index];
    if (!found) throw this.fault(`expected an operand at place ${index}, found ${this.inputs.length} operands`);
    return found;
  }

  /** All operands. @throws NodeEvaluationError where one was left out. */
  all(): Tensor[] {
    return this.inputs.map((_, index) => this.input(index));
  }

  has(name: string): boolean {
    return this.#attributes.has(name);
  }

  #required<T>(name: string, value: T | undefined, kind: string): T {
    if (value === undefined) throw this.fault(`expected an attribute \`${name}\` (${kind}), found none`);
    return value;
  }

  int(name: string, otherwise?: number): number {
    const found = this.#attributes.get(name)?.i;
    // An attribute with the value 0 may be written without it.
    return found === undefined ? this.#required(name, this.has(name) ? 0 : otherwise, 'an integer') : Number(found);
  }

  flag(name: string, otherwise = false): boolean {
    return this.int(name, otherwise ? 1 : 0) !== 0;
  }

  float(name: string, otherwise?: number): number {
    const found = this.#attributes.get(name)?.f;
    return found ?? this.#required(name, this.has(name) ? 0 : otherwise, 'a float');
  }

  text(name: string, otherwise?: string): string {
    const found = this.#attributes.get(name)?.s;
    return found === undefined ? this.#required(name, this.has(name) ? '' : otherwise, 'a string') : textDecoder.decode(found);
  }

  ints(name: string, otherwise?: readonly number[]): readonly number[] {
    const found = this.#attributes.get(name)?.ints;
    return found === undefined ? this.#required(name, this.has(name) ? [] : otherwise, 'integers') : found.map(Number);
  }

  /** Integers that may be absent. */
  optionalInts(name: string): readonly number[] | undefined {
    return this.has(name) ? this.ints(name, []) : undefined;
  }

  floats(name: string): readonly number[] {
    return this.#attributes.get(name)?.floats ?? [];
  }

  texts(name: string): readonly string[] {
    return (this.#attributes.get(name)?.strings ?? []).map((bytes) => textDecoder.decode(bytes));
  }

  tensor(name: string): Tensor {
    const { dtype, shape, data } = decodeTensor(this.#required(name, this.#attributes.get(name)?.t, 'a tensor'));
    return concrete(data, shape, dtype);
  }

  graph(name: string): OnnxGraph {
    return this.#required(name, this.#attributes.get(name)?.g, 'a graph');
  }

  dtype(name: string, otherwise: Dtype): Dtype {
    if (!this.has(name)) return otherwise;
    const found = dtypeOfDataType(this.int(name));
    if (!found) throw this.fault(`expected a data type for which there is a dtype in \`${name}\`, found ${this.int(name)}`);
    return found;
  }

  /** The elements of an operand of integers, as numbers. */
  numbers(index: number): number[] {
    return Array.from(this.input(index).data(), Number);
  }

  /** The same; undefined where the operand was left out. */
  optionalNumbers(index: number): number[] | undefined {
    return this.inputs[index] === undefined ? undefined : this.numbers(index);
  }

  /** An axis from `-rank` on as one from 0 on. */
  axisOf(axis: number, rank: number): number {
    const found = axis < 0 ? axis + rank : axis;
    if (!Number.isInteger(found) || found < 0 || found >= Math.max(rank, 1)) throw this.fault(`expected an axis from ${-rank} to ${rank - 1}, found ${axis}`);
    return found;
  }
}
