/**
 * Evaluates ONNX graphs node by node with the eager kernels: no ONNX Runtime, so that graphs have a second reading of what the
 * specification says. Operators are rows of a table (`operators/`); functions of the model run as graphs of their own.
 */
import { concrete, formatSpec, type Tensor } from '@flaxon/tensor';
import { FeedError } from '../errors/session-errors.js';
import { ModelFormatError } from '../errors/model-format-error.js';
import { dtypeOfDataType } from '../format/data-type.js';
import { decodeTensor, type ExternalDataReader } from '../format/tensors.js';
import type { OnnxAttribute, OnnxFunction, OnnxGraph, OnnxModelData, OnnxNode, OnnxOperatorSet, OnnxValueInfo } from '../format/types.js';
import { NodeEvaluationError, UnknownOperatorError } from './errors.js';
import { NodeCall } from './node-call.js';
import { operators } from './operators/table.js';
import { firstVersion } from './operators/versions.js';

export interface EvaluateOptions {
  /** The bytes of a file with elements of initialisers, where the model has such. */
  readonly readExternal?: ExternalDataReader;
}

/** Calls of functions nested deeper than this are taken for a function that calls itself, which ONNX forbids. */
const deepestCall = 200;

/** Names and their tensors; those of enclosing graphs are seen from inside. */
class Scope {
  readonly #values = new Map<string, Tensor>();
  readonly #outer: Scope | undefined;

  constructor(outer?: Scope) {
    this.#outer = outer;
  }

  find(name: string): Tensor | undefined {
    return this.#values.get(name) ?? this.#outer?.find(name);
  }

  set(name: string, value: Tensor): void {
    if (this.#values.has(name)) throw new ModelFormatError(`the name \`${name}\` is given to two values of one graph`, { messageName: 'GraphProto' });
    this.#values.set(name, value);
  }
}

/** What holds at a place: the version of the operators, the attributes of the enclosing function. */
interface Surroundings {
  readonly opset: number;
  readonly attributes: ReadonlyMap<string, OnnxAttribute>;
  readonly depth: number;
}

const functionKey = (domain: string, name: string, overload: string): string => JSON.stringify([domain, name, overload]);

const opsetOf = (imports: readonly OnnxOperatorSet[] | undefined): number =>
  Number(imports?.find(({ domain = '' }) => domain === '' || domain === 'ai.onnx')?.version ?? 1);

class Evaluation {
  readonly #functions: ReadonlyMap<string, OnnxFunction>;
  readonly #readExternal: ExternalDataReader | undefined;

  constructor(model: OnnxModelData, { readExternal }: EvaluateOptions) {
    this.#functions = new Map((model.functions ?? []).map((one) => [functionKey(one.domain ?? '', one.name ?? '', one.overload ?? ''), one]));
    this.#readExternal = readExternal;
  }

  /** Runs `graph`, whose inputs are in `scope` already; gives its outputs. */
  runGraph(graph: OnnxGraph, scope: Scope, surroundings: Surroundings): Tensor[] {
    if ((graph.sparseInitializer ?? []).length > 0) throw new ModelFormatError('sparse initialisers cannot be evaluated', { messageName: 'GraphProto' });
    const isInput = new Set((graph.input ?? []).map(({ name = '' }) => name));
    for (const initializer of graph.initializer ?? []) {
      const name = initializer.name ?? '';
      // An initialiser with the name of an input is its default.
      if (isInput.has(name) && scope.find(name)) continue;
      const { data, shape, dtype } = decodeTensor(initializer, this.#readExternal);
      scope.set(name, concrete(data, shape, dtype));
    }
    for (const node of graph.node ?? []) this.#runNode(node, scope, surroundings);
    return (graph.output ?? []).map(({ name = '' }) => this.#read(name, scope, 'the output of the graph'));
  }

  #read(name: string, scope: Scope, reader: string): Tensor {
    const found = scope.find(name);
    if (!found) throw new ModelFormatError(`${reader} reads \`${name}\`, which nothing before it gives`, { messageName: 'GraphProto' });
    return found;
  }

  #runNode(node: OnnxNode, scope: Scope, surroundings: Surroundings): void {
    const inputs = (node.input ?? []).map((name) => (name === '' ? undefined : this.#read(name, scope, `node \`${node.name ?? node.opType ?? ''}\``)));
    const results = this.#apply(node, inputs, scope, surroundings);
    (node.output ?? []).forEach((name, i) => {
      if (name === '') return;
      const result = results[i];
      if (!result) throw new NodeEvaluationError(node.opType ?? '', node.name ?? '', `has no output at place ${i}, which is read as \`${name}\``);
      scope.set(name, result);
    });
  }

  #apply(node: OnnxNode, inputs: readonly (Tensor | undefined)[], scope: Scope, surroundings: Surroundings): readonly Tensor[] {
    const { opType = '', domain = '', overload = '', name = '' } = node;
    const attributes = (node.attribute ?? []).flatMap((attribute) => resolved(attribute, surroundings));
    const called = this.#functions.get(functionKey(domain, opType, overload));
    if (called) return this.#call(called, inputs, attributes, surroundings);
    const rule = (domain === '' || domain === 'ai.onnx') && Object.hasOwn(operators, opType) ? operators[opType] : undefined;
    if (!rule) throw new UnknownOperatorError(opType, domain, name);
    if (surroundings.opset < firstVersion(opType)) throw new NodeEvaluationError(opType, name, `expected opset ${firstVersion(opType)} or newer, found ${surroundings.opset}, where the operator has another form`);
    const runGraph = (graph: OnnxGraph, values: readonly (Tensor | undefined)[]): Tensor[] => {
      const inner = new Scope(scope);
      (graph.input ?? []).forEach((input, i) => {
        const value = values[i];
        if (value) inner.set(input.name ?? '', value);
      });
      return this.runGraph(graph, inner, surroundings);
    };
    return rule(new NodeCall({ node, inputs, attributes, opset: surroundings.opset, runGraph }));
  }

  #call(called: OnnxFunction, inputs: readonly (Tensor | undefined)[], given: readonly OnnxAttribute[], { depth }: Surroundings): Tensor[] {
    if (depth >= deepestCall) throw new ModelFormatError(`calls of functions are nested deeper than ${deepestCall}: \`${called.name ?? ''}\` calls itself`, { messageName: 'FunctionProto' });
    const scope = new Scope();
    (called.input ?? []).forEach((name, i) => {
      const value = inputs[i];
      if (value) scope.set(name, value);
    });
    const attributes = new Map([...(called.attributeProto ?? []), ...given].map((attribute) => [attribute.name ?? '', attribute]));
    const inside: Surroundings = { opset: opsetOf(called.opsetImport), attributes, depth: depth + 1 };
    const { node = [], output = [] } = called;
    return this.runGraph({ node, output: output.map((name) => ({ name })) }, scope, inside);
  }
}

/** An attribute that refers to one of the enclosing function is that one, under its own name; none where the call left it out. */
function resolved(attribute: OnnxAttribute, { attributes }: Surroundings): readonly OnnxAttribute[] {
  const { refAttrName = '' } = attribute;
  if (refAttrName === '') return [attribute];
  const found = attributes.get(refAttrName);
  return found ? [{ ...found, name: attribute.name ?? '' }] : [];
}

/** @throws FeedError unless `value` has the dtype and the known dimensions of the input. */
function requireFeed({ name = '', type }: OnnxValueInfo, value: Tensor): void {
  const { elemType, shape } = type?.tensorType ?? {};
  const dtype = dtypeOfDataType(elemType);
  const dims = shape?.dim ?? [];
  const found = value.staticShape();
  const fits = dtype === value.dtype && (shape === undefined || (dims.length === found.length && dims.every(({ dimValue }, axis) => dimValue === undefined || Number(dimValue) === found[axis])));
  if (!fits) throw new FeedError(name, `${dtype ?? 'a tensor'}[${dims.map(({ dimValue, dimParam }) => String(dimValue ?? dimParam ?? '?')).join(',')}]`, formatSpec(value));
}

/**
 * What a model computes, by the eager kernels: a tensor for each output, by name. `feeds` has one for each input without a default.
 * It runs what the model says: a model that loops without end does so here too.
 * @throws UnknownOperatorError for an operator without a rule (`evaluatedOperators` lists those that have one), NodeEvaluationError where a node cannot run,
 * ModelFormatError where a name is read that nothing gives, FeedError for feeds that do not fit.
 */
export function evaluateOnnx(model: OnnxModelData, feeds: Readonly<Record<string, Tensor>>, options: EvaluateOptions = {}): Record<string, Tensor> {
  const { graph = {}, opsetImport } = model;
  const opset = opsetOf(opsetImport);
  const scope = new Scope();
  const defaults = new Set((graph.initializer ?? []).map(({ name = '' }) => name));
  const names = (graph.input ?? []).map(({ name = '' }) => name);
  const unknown = Object.keys(feeds).find((name) => !names.includes(name));
  if (unknown !== undefined) throw new FeedError(unknown, `one of the inputs ${names.join(', ')}`, 'no input of that name');
  for (const input of graph.input ?? []) {
    const name = input.name ?? '';
    const value = Object.hasOwn(feeds, name) ? feeds[name] : undefined;
    if (!value && defaults.has(name)) continue;
    if (!value) throw new FeedError(name, `a tensor for each of ${names.join(', ')}`, 'nothing');
    requireFeed(input, value);
    scope.set(name, value);
  }
  const results = new Evaluation(model, options).runGraph(graph, scope, { opset, attributes: new Map(), depth: 0 });
  return Object.fromEntries((graph.output ?? []).map(({ name = '' }, i) => [name, results[i]!]));
}

/** The operators of ONNX that `evaluateOnnx` knows, in alphabetical order. */
export const evaluatedOperators: readonly string[] = Object.keys(operators).sort();
