import { create, toBinary } from '@bufbuild/protobuf';
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  TensorProtoSchema,
  TensorShapeProto_DimensionSchema,
  TensorShapeProtoSchema,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  ValueInfoProtoSchema,
} from 'onnx-buf';
import type { AttributeProto, GraphProto, NodeProto, TensorProto, ValueInfoProto } from 'onnx-buf';

/**
 * A plain builder of ONNX graphs over `onnx-buf`, independent of `@flaxon/runtime-onnx`: the graphs made here are what a
 * person who knows ONNX Runtime well would write, and the benchmark's yardstick.
 */

/** Attribute values of ONNX nodes; a whole number is written `{ int }`, so that 1 and 1.0 differ. */
export type Attribute = { readonly int: number } | { readonly float: number } | { readonly ints: readonly number[] } | { readonly graph: Graph };

export type ElementType = 'float32' | 'int64' | 'int32' | 'bool';

const elementTypeCode: { readonly [E in ElementType]: number } = { float32: 1, int32: 6, int64: 7, bool: 9 };

function attributeProto(name: string, value: Attribute): AttributeProto {
  const type = AttributeProto_AttributeType;
  if ('int' in value) return create(AttributeProtoSchema, { name, type: type.INT, i: BigInt(value.int) });
  if ('float' in value) return create(AttributeProtoSchema, { name, type: type.FLOAT, f: value.float });
  if ('ints' in value) return create(AttributeProtoSchema, { name, type: type.INTS, ints: value.ints.map(BigInt) });
  return create(AttributeProtoSchema, { name, type: type.GRAPH, g: value.graph.toProto() });
}

function valueInfo(name: string, elementType: ElementType, shape: readonly (number | string)[] | undefined): ValueInfoProto {
  const tensorType = create(TypeProto_TensorSchema, { elemType: elementTypeCode[elementType] });
  if (shape !== undefined) {
    tensorType.shape = create(TensorShapeProtoSchema, {
      dim: shape.map((size) =>
        create(TensorShapeProto_DimensionSchema, {
          value: typeof size === 'number' ? { case: 'dimValue', value: BigInt(size) } : { case: 'dimParam', value: size },
        }),
      ),
    });
  }
  return create(ValueInfoProtoSchema, { name, type: create(TypeProtoSchema, { value: { case: 'tensorType', value: tensorType } }) });
}

/** One graph under construction; node methods return the names of their results. */
export class Graph {
  readonly #name: string;
  readonly #prefix: string;
  readonly #nodes: NodeProto[] = [];
  readonly #inputs: ValueInfoProto[] = [];
  readonly #outputs: ValueInfoProto[] = [];
  readonly #initializers: TensorProto[] = [];
  readonly #scalars = new Map<number, string>();

  constructor(name: string, { prefix = '' }: { prefix?: string } = {}) {
    this.#name = name;
    this.#prefix = prefix;
  }

  get nodeCount(): number {
    return this.#nodes.length;
  }

  input(name: string, shape: readonly (number | string)[], elementType: ElementType = 'float32'): string {
    this.#inputs.push(valueInfo(name, elementType, shape));
    return name;
  }

  output(value: string, name: string, elementType: ElementType = 'float32'): void {
    this.#nodes.push(create(NodeProtoSchema, { opType: 'Identity', input: [value], output: [name], name: `${this.#prefix}output/${name}` }));
    this.#outputs.push(valueInfo(name, elementType, undefined));
  }

  /** A float32 constant of any shape. */
  constant(values: ArrayLike<number>, shape: readonly number[]): string {
    return this.#initializer(new Uint8Array(Float32Array.from(values).buffer), 'float32', shape);
  }

  /** An int64 constant vector. */
  integers(values: readonly number[]): string {
    return this.#initializer(new Uint8Array(BigInt64Array.from(values, BigInt).buffer), 'int64', [values.length]);
  }

  /** A float32 scalar, one initializer for each value. */
  scalar(value: number): string {
    const known = this.#scalars.get(value);
    if (known !== undefined) return known;
    const name = this.constant([value], []);
    this.#scalars.set(value, name);
    return name;
  }

  node(operator: string, inputs: readonly string[], attributes: Readonly<Record<string, Attribute>> = {}): string {
    return this.nodes(operator, inputs, 1, attributes)[0]!;
  }

  nodes(operator: string, inputs: readonly string[], results: number, attributes: Readonly<Record<string, Attribute>> = {}): string[] {
    const name = `${this.#prefix}${operator}_${this.#nodes.length}`;
    const output = Array.from({ length: results }, (_, index) => (results === 1 ? name : `${name}/${index}`));
    this.#nodes.push(
      create(NodeProtoSchema, {
        name,
        opType: operator,
        input: [...inputs],
        output,
        attribute: Object.entries(attributes).map(([key, value]) => attributeProto(key, value)),
      }),
    );
    return output;
  }

  toProto(): GraphProto {
    return create(GraphProtoSchema, {
      name: this.#name,
      node: this.#nodes,
      input: this.#inputs,
      output: this.#outputs,
      initializer: this.#initializers,
    });
  }

  toBytes(): Uint8Array {
    const model = create(ModelProtoSchema, {
      irVersion: 10n,
      producerName: '@flaxon/bench',
      opsetImport: [create(OperatorSetIdProtoSchema, { domain: '', version: 21n })],
      graph: this.toProto(),
    });
    return toBinary(ModelProtoSchema, model);
  }

  #initializer(rawData: Uint8Array<ArrayBuffer>, elementType: ElementType, shape: readonly number[]): string {
    const name = `${this.#prefix}constant_${this.#initializers.length}`;
    this.#initializers.push(
      create(TensorProtoSchema, { name, dataType: elementTypeCode[elementType], dims: shape.map(BigInt), rawData }),
    );
    return name;
  }
}
