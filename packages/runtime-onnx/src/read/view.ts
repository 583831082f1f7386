/** What is in an ONNX file, as data that is easy to read: every part is made from the messages when it is first asked for. */
import { concrete, type Dtype, type Tensor } from '@flaxon/tensor';
import { dtypeOfDataType } from '../format/data-type.js';
import { externalPlace, type ExternalPlace } from '../format/external-data.js';
import { decodeTensor, dimsOf, type ExternalDataReader, isExternal } from '../format/tensors.js';
import type { Int64, OnnxAttribute, OnnxEntry, OnnxFunction, OnnxGraph, OnnxModelData, OnnxNode, OnnxSparseTensor, OnnxTensor, OnnxType, OnnxValueInfo } from '../format/types.js';
import { formatType, packedBytes, typeName } from './types.js';

const textDecoder = new TextDecoder();

const recordOf = (entries: readonly OnnxEntry[] | undefined): Readonly<Record<string, string>> => Object.fromEntries((entries ?? []).map(({ key = '', value = '' }) => [key, value]));

/** A tensor in a file. Its elements are read when they are asked for. */
export class LoadedTensor {
  readonly message: OnnxTensor;
  readonly #readExternal: ExternalDataReader | undefined;

  constructor(message: OnnxTensor, readExternal: ExternalDataReader | undefined) {
    this.message = message;
    this.#readExternal = readExternal;
  }

  get name(): string {
    return this.message.name ?? '';
  }

  /** Undefined for types that Flaxon has no dtype for: see `type`. */
  get dtype(): Dtype | undefined {
    return dtypeOfDataType(this.message.dataType);
  }

  /** The name of the data type: `float32`, `string`, `float8e4m3fn`, ... */
  get type(): string {
    return typeName(this.message.dataType);
  }

  get shape(): readonly number[] {
    return dimsOf(this.message);
  }

  get size(): number {
    return this.shape.reduce((product, dim) => product * dim, 1);
  }

  /** The bytes of the elements; of strings their sum. */
  get byteLength(): number {
    return packedBytes(this.message.dataType, this.size) ?? (this.message.stringData ?? []).reduce((sum, text) => sum + text.length, 0);
  }

  /** Where the elements lie, if in another file. @throws ModelFormatError where the path leaves the model's folder */
  get external(): ExternalPlace | undefined {
    return isExternal(this.message) ? externalPlace(this.message) : undefined;
  }

  /** The elements. @throws ModelFormatError where there is no dtype for the type, or the elements do not fill the shape */
  read(): Tensor {
    const { data, shape, dtype } = decodeTensor(this.message, this.#readExternal);
    return concrete(data, shape, dtype);
  }

  /** The elements of a tensor of strings. */
  strings(): readonly string[] {
    return (this.message.stringData ?? []).map((text) => textDecoder.decode(text));
  }

  toString(): string {
    return `${this.type}[${this.shape.join(',')}]`;
  }
}

/** A named value with its type. */
export interface LoadedValue {
  readonly name: string;
  readonly type: OnnxType | undefined;
  /** The type as text: `float32[batch,784]`. */
  readonly typeText: string;
  readonly docString: string;
}

const valueOf = ({ name = '', type, docString = '' }: OnnxValueInfo): LoadedValue => ({ name, type, typeText: formatType(type), docString });

/** What an attribute says. A reference names an attribute of the enclosing function. */
export type LoadedAttribute =
  | { readonly kind: 'int' | 'float'; readonly value: Int64 }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'tensor'; readonly value: LoadedTensor }
  | { readonly kind: 'graph'; readonly value: LoadedGraph }
  | { readonly kind: 'type'; readonly value: OnnxType }
  | { readonly kind: 'sparse tensor'; readonly value: OnnxSparseTensor }
  | { readonly kind: 'ints' | 'floats'; readonly value: readonly Int64[] }
  | { readonly kind: 'strings'; readonly value: readonly string[] }
  | { readonly kind: 'tensors'; readonly value: readonly LoadedTensor[] }
  | { readonly kind: 'graphs'; readonly value: readonly LoadedGraph[] }
  | { readonly kind: 'types'; readonly value: readonly OnnxType[] }
  | { readonly kind: 'sparse tensors'; readonly value: readonly OnnxSparseTensor[] }
  | { readonly kind: 'reference'; readonly value: string };

type Make = (attribute: OnnxAttribute, read: ExternalDataReader | undefined) => LoadedAttribute | undefined;

const numberOf = (value: Int64 | undefined, kind: 'int' | 'float'): LoadedAttribute | undefined => (value === undefined ? undefined : { kind, value });
const listOf = <T>(value: readonly T[] | undefined, make: (list: readonly T[]) => LoadedAttribute): LoadedAttribute | undefined => (value === undefined ? undefined : make(value));

/** By `AttributeProto.AttributeType`. */
const makers: Readonly<Record<number, Make>> = {
  1: ({ f }) => numberOf(f, 'float'),
  2: ({ i }) => numberOf(i, 'int'),
  3: ({ s }) => s && { kind: 'string', value: textDecoder.decode(s) },
  4: ({ t }, read) => t && { kind: 'tensor', value: new LoadedTensor(t, read) },
  5: ({ g }, read) => g && { kind: 'graph', value: new LoadedGraph(g, read) },
  6: ({ floats }) => listOf(floats, (value) => ({ kind: 'floats', value })),
  7: ({ ints }) => listOf(ints, (value) => ({ kind: 'ints', value })),
  8: ({ strings }) => listOf(strings, (list) => ({ kind: 'strings', value: list.map((text) => textDecoder.decode(text)) })),
  9: ({ tensors }, read) => listOf(tensors, (list) => ({ kind: 'tensors', value: list.map((tensor) => new LoadedTensor(tensor, read)) })),
  10: ({ graphs }, read) => listOf(graphs, (list) => ({ kind: 'graphs', value: list.map((graph) => new LoadedGraph(graph, read)) })),
  11: ({ sparseTensor }) => sparseTensor && { kind: 'sparse tensor', value: sparseTensor },
  12: ({ sparseTensors }) => listOf(sparseTensors, (value) => ({ kind: 'sparse tensors', value })),
  13: ({ tp }) => tp && { kind: 'type', value: tp },
  14: ({ typeProtos }) => listOf(typeProtos, (value) => ({ kind: 'types', value })),
};

/** What an attribute of a type is where its field was left out, as that of 0 or an empty list may be. */
const defaults: Readonly<Record<number, LoadedAttribute>> = {
  1: { kind: 'float', value: 0 }, 2: { kind: 'int', value: 0 }, 3: { kind: 'string', value: '' }, 6: { kind: 'floats', value: [] }, 7: { kind: 'ints', value: [] }, 8: { kind: 'strings', value: [] },
  9: { kind: 'tensors', value: [] }, 10: { kind: 'graphs', value: [] }, 12: { kind: 'sparse tensors', value: [] }, 14: { kind: 'types', value: [] },
};

/** Very old files have no `type`: the field that is there says it. */
function attributeOf(attribute: OnnxAttribute, read: ExternalDataReader | undefined): LoadedAttribute {
  const { refAttrName = '', type = 0 } = attribute;
  if (refAttrName !== '') return { kind: 'reference', value: refAttrName };
  const made = makers[type]?.(attribute, read) ?? defaults[type];
  if (made) return made;
  for (const make of Object.values(makers)) {
    const found = make(attribute, read);
    if (found) return found;
  }
  return { kind: 'ints', value: [] };
}

export class LoadedNode {
  readonly message: OnnxNode;
  readonly #readExternal: ExternalDataReader | undefined;

  constructor(message: OnnxNode, readExternal: ExternalDataReader | undefined) {
    this.message = message;
    this.#readExternal = readExternal;
  }

  get name(): string {
    return this.message.name ?? '';
  }

  /** Empty for ONNX's own operators. */
  get domain(): string {
    const { domain = '' } = this.message;
    return domain === 'ai.onnx' ? '' : domain;
  }

  /** With the domain before it, unless it is one of ONNX's own. */
  get operator(): string {
    const { opType = '', overload = '' } = this.message;
    return `${this.domain === '' ? '' : `${this.domain}.`}${opType}${overload === '' ? '' : `:${overload}`}`;
  }

  /** Names of the operands; an empty name is an omitted one. */
  get inputs(): readonly string[] {
    return this.message.input ?? [];
  }

  get outputs(): readonly string[] {
    return this.message.output ?? [];
  }

  get attributes(): ReadonlyMap<string, LoadedAttribute> {
    return new Map((this.message.attribute ?? []).map((attribute) => [attribute.name ?? '', attributeOf(attribute, this.#readExternal)]));
  }

  get metadata(): Readonly<Record<string, string>> {
    return recordOf(this.message.metadataProps);
  }

  get docString(): string {
    return this.message.docString ?? '';
  }
}

export class LoadedGraph {
  readonly message: OnnxGraph;
  readonly #readExternal: ExternalDataReader | undefined;

  constructor(message: OnnxGraph, readExternal: ExternalDataReader | undefined) {
    this.message = message;
    this.#readExternal = readExternal;
  }

  get name(): string {
    return this.message.name ?? '';
  }

  get inputs(): readonly LoadedValue[] {
    return (this.message.input ?? []).map(valueOf);
  }

  get outputs(): readonly LoadedValue[] {
    return (this.message.output ?? []).map(valueOf);
  }

  /** The types that the file gives to values inside. */
  get values(): readonly LoadedValue[] {
    return (this.message.valueInfo ?? []).map(valueOf);
  }

  get nodes(): readonly LoadedNode[] {
    return (this.message.node ?? []).map((node) => new LoadedNode(node, this.#readExternal));
  }

  get initializers(): readonly LoadedTensor[] {
    return (this.message.initializer ?? []).map((tensor) => new LoadedTensor(tensor, this.#readExternal));
  }

  /** The initialiser of a name. */
  initializer(name: string): LoadedTensor | undefined {
    const found = (this.message.initializer ?? []).find((tensor) => tensor.name === name);
    return found && new LoadedTensor(found, this.#readExternal);
  }

  get metadata(): Readonly<Record<string, string>> {
    return recordOf(this.message.metadataProps);
  }

  get docString(): string {
    return this.message.docString ?? '';
  }
}

/** A function of the model's own. Its body has no initialisers, and its values no types unless the file gives them. */
export class LoadedFunction {
  readonly message: OnnxFunction;
  /** The inputs, outputs and nodes as a graph. */
  readonly body: LoadedGraph;

  constructor(message: OnnxFunction, readExternal: ExternalDataReader | undefined) {
    this.message = message;
    const { name = '', input = [], output = [], node = [], valueInfo = [] } = message;
    const infos = new Map(valueInfo.map((info) => [info.name, info]));
    const named = (names: readonly string[]): OnnxValueInfo[] => names.map((one) => infos.get(one) ?? { name: one });
    this.body = new LoadedGraph({ name, input: named(input), output: named(output), node, valueInfo }, readExternal);
  }

  /** With its domain, as nodes call it. */
  get operator(): string {
    const { domain = '', name = '', overload = '' } = this.message;
    return `${domain === '' ? '' : `${domain}.`}${name}${overload === '' ? '' : `:${overload}`}`;
  }

  /** Names of its attributes; those with a default are in `message.attributeProto`. */
  get attributes(): readonly string[] {
    return [...(this.message.attribute ?? []), ...(this.message.attributeProto ?? []).map(({ name = '' }) => name)];
  }
}

export class LoadedModel {
  readonly message: OnnxModelData;
  readonly graph: LoadedGraph;
  readonly functions: readonly LoadedFunction[];

  constructor(message: OnnxModelData, readExternal?: ExternalDataReader) {
    this.message = message;
    this.graph = new LoadedGraph(message.graph ?? {}, readExternal);
    this.functions = (message.functions ?? []).map((one) => new LoadedFunction(one, readExternal));
  }

  get irVersion(): Int64 | undefined {
    return this.message.irVersion;
  }

  /** Versions of operators by domain; the empty one is that of ONNX's own. */
  get opsets(): Readonly<Record<string, Int64>> {
    return Object.fromEntries((this.message.opsetImport ?? []).map(({ domain = '', version = 0 }) => [domain === 'ai.onnx' ? '' : domain, version]));
  }

  get producer(): string {
    return [this.message.producerName ?? '', this.message.producerVersion ?? ''].filter((part) => part !== '').join(' ');
  }

  get metadata(): Readonly<Record<string, string>> {
    return recordOf(this.message.metadataProps);
  }
}
