/**
 * The field table of the ONNX messages: number and kind of every field. The writer and the reader are driven by it. Messages
 * that Flaxon neither writes nor needs (training info, device configurations) are absent: the reader skips them.
 */
import type {
  OnnxAttribute,
  OnnxDimension,
  OnnxElementType,
  OnnxEntry,
  OnnxFunction,
  OnnxGraph,
  OnnxMapType,
  OnnxModelData,
  OnnxNode,
  OnnxOperatorSet,
  OnnxSegment,
  OnnxShape,
  OnnxSparseTensor,
  OnnxTensor,
  OnnxTensorAnnotation,
  OnnxTensorType,
  OnnxType,
  OnnxValueInfo,
} from './types.js';

export type ScalarKind = 'int32' | 'int64' | 'uint64' | 'float' | 'double' | 'string' | 'bytes';

export interface Field {
  readonly number: number;
  /** A scalar kind, or the schema of a nested message (a function: schemas refer to each other). */
  readonly kind: ScalarKind | (() => AnyMessageSchema);
  /** `packed`: one length-delimited run; `each`: one field an element. Readers accept both for numbers. */
  readonly repeated?: 'packed' | 'each';
}

export interface AnyMessageSchema {
  readonly name: string;
  readonly fields: Readonly<Record<string, Field>>;
}

export interface MessageSchema<Message> extends AnyMessageSchema {
  readonly fields: { readonly [Key in keyof Message]-?: Field };
}

const one = (number: number, kind: Field['kind']): Field => ({ number, kind });
const each = (number: number, kind: Field['kind']): Field => ({ number, kind, repeated: 'each' });
const packed = (number: number, kind: ScalarKind): Field => ({ number, kind, repeated: 'packed' });

const operatorSet: MessageSchema<OnnxOperatorSet> = {
  name: 'OperatorSetIdProto',
  fields: { domain: one(1, 'string'), version: one(2, 'int64') },
};

const entry: MessageSchema<OnnxEntry> = {
  name: 'StringStringEntryProto',
  fields: { key: one(1, 'string'), value: one(2, 'string') },
};

const dimension: MessageSchema<OnnxDimension> = {
  name: 'TensorShapeProto.Dimension',
  fields: { dimValue: one(1, 'int64'), dimParam: one(2, 'string'), denotation: one(3, 'string') },
};

const shape: MessageSchema<OnnxShape> = { name: 'TensorShapeProto', fields: { dim: each(1, () => dimension) } };

const tensorType: MessageSchema<OnnxTensorType> = {
  name: 'TypeProto.Tensor',
  fields: { elemType: one(1, 'int32'), shape: one(2, () => shape) },
};

const elementType: MessageSchema<OnnxElementType> = {
  name: 'TypeProto.Sequence',
  fields: { elemType: one(1, () => type) },
};

const mapType: MessageSchema<OnnxMapType> = {
  name: 'TypeProto.Map',
  fields: { keyType: one(1, 'int32'), valueType: one(2, () => type) },
};

const type: MessageSchema<OnnxType> = {
  name: 'TypeProto',
  fields: {
    tensorType: one(1, () => tensorType),
    sequenceType: one(4, () => elementType),
    mapType: one(5, () => mapType),
    denotation: one(6, 'string'),
    sparseTensorType: one(8, () => tensorType),
    optionalType: one(9, () => elementType),
  },
};

const valueInfo: MessageSchema<OnnxValueInfo> = {
  name: 'ValueInfoProto',
  fields: {
    name: one(1, 'string'),
    type: one(2, () => type),
    docString: one(3, 'string'),
    metadataProps: each(4, () => entry),
  },
};

const segment: MessageSchema<OnnxSegment> = {
  name: 'TensorProto.Segment',
  fields: { begin: one(1, 'int64'), end: one(2, 'int64') },
};

export const tensorSchema: MessageSchema<OnnxTensor> = {
  name: 'TensorProto',
  fields: {
    dims: each(1, 'int64'),
    dataType: one(2, 'int32'),
    segment: one(3, () => segment),
    floatData: packed(4, 'float'),
    int32Data: packed(5, 'int32'),
    stringData: each(6, 'bytes'),
    int64Data: packed(7, 'int64'),
    name: one(8, 'string'),
    rawData: one(9, 'bytes'),
    doubleData: packed(10, 'double'),
    uint64Data: packed(11, 'uint64'),
    docString: one(12, 'string'),
    externalData: each(13, () => entry),
    dataLocation: one(14, 'int32'),
    metadataProps: each(16, () => entry),
  },
};

const sparseTensor: MessageSchema<OnnxSparseTensor> = {
  name: 'SparseTensorProto',
  fields: { values: one(1, () => tensorSchema), indices: one(2, () => tensorSchema), dims: each(3, 'int64') },
};

const attribute: MessageSchema<OnnxAttribute> = {
  name: 'AttributeProto',
  fields: {
    name: one(1, 'string'),
    f: one(2, 'float'),
    i: one(3, 'int64'),
    s: one(4, 'bytes'),
    t: one(5, () => tensorSchema),
    g: one(6, () => graph),
    floats: each(7, 'float'),
    ints: each(8, 'int64'),
    strings: each(9, 'bytes'),
    tensors: each(10, () => tensorSchema),
    graphs: each(11, () => graph),
    docString: one(13, 'string'),
    tp: one(14, () => type),
    typeProtos: each(15, () => type),
    type: one(20, 'int32'),
    refAttrName: one(21, 'string'),
    sparseTensor: one(22, () => sparseTensor),
    sparseTensors: each(23, () => sparseTensor),
  },
};

const node: MessageSchema<OnnxNode> = {
  name: 'NodeProto',
  fields: {
    input: each(1, 'string'),
    output: each(2, 'string'),
    name: one(3, 'string'),
    opType: one(4, 'string'),
    attribute: each(5, () => attribute),
    docString: one(6, 'string'),
    domain: one(7, 'string'),
    overload: one(8, 'string'),
    metadataProps: each(9, () => entry),
  },
};

const tensorAnnotation: MessageSchema<OnnxTensorAnnotation> = {
  name: 'TensorAnnotation',
  fields: { tensorName: one(1, 'string'), quantParameterTensorNames: each(2, () => entry) },
};

const graph: MessageSchema<OnnxGraph> = {
  name: 'GraphProto',
  fields: {
    node: each(1, () => node),
    name: one(2, 'string'),
    initializer: each(5, () => tensorSchema),
    docString: one(10, 'string'),
    input: each(11, () => valueInfo),
    output: each(12, () => valueInfo),
    valueInfo: each(13, () => valueInfo),
    quantizationAnnotation: each(14, () => tensorAnnotation),
    sparseInitializer: each(15, () => sparseTensor),
    metadataProps: each(16, () => entry),
  },
};

const functionSchema: MessageSchema<OnnxFunction> = {
  name: 'FunctionProto',
  fields: {
    name: one(1, 'string'),
    input: each(4, 'string'),
    output: each(5, 'string'),
    attribute: each(6, 'string'),
    node: each(7, () => node),
    docString: one(8, 'string'),
    opsetImport: each(9, () => operatorSet),
    domain: one(10, 'string'),
    attributeProto: each(11, () => attribute),
    valueInfo: each(12, () => valueInfo),
    overload: one(13, 'string'),
    metadataProps: each(14, () => entry),
  },
};

export const modelSchema: MessageSchema<OnnxModelData> = {
  name: 'ModelProto',
  fields: {
    irVersion: one(1, 'int64'),
    producerName: one(2, 'string'),
    producerVersion: one(3, 'string'),
    domain: one(4, 'string'),
    modelVersion: one(5, 'int64'),
    docString: one(6, 'string'),
    graph: one(7, () => graph),
    opsetImport: each(8, () => operatorSet),
    metadataProps: each(14, () => entry),
    functions: each(25, () => functionSchema),
  },
};
