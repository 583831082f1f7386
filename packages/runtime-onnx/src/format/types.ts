/**
 * The messages of the ONNX file format as plain data (onnx.proto, IR version 10). Every field is optional, as in protobuf: an
 * absent list is empty. Field names are those of the specification in camelCase.
 */

/** A 64-bit integer: a number where it is safe, else a bigint. */
export type Int64 = number | bigint;

/** `AttributeProto.AttributeType`. */
export const attributeTypes = {
  float: 1,
  int: 2,
  string: 3,
  tensor: 4,
  graph: 5,
  floats: 6,
  ints: 7,
  strings: 8,
  tensors: 9,
  graphs: 10,
  sparseTensor: 11,
  sparseTensors: 12,
  typeProto: 13,
  typeProtos: 14,
} as const;

export interface OnnxModelData {
  readonly irVersion?: Int64;
  readonly opsetImport?: readonly OnnxOperatorSet[];
  readonly producerName?: string;
  readonly producerVersion?: string;
  readonly domain?: string;
  readonly modelVersion?: Int64;
  readonly docString?: string;
  readonly graph?: OnnxGraph;
  readonly metadataProps?: readonly OnnxEntry[];
  readonly functions?: readonly OnnxFunction[];
}

export interface OnnxOperatorSet {
  readonly domain?: string;
  readonly version?: Int64;
}

export interface OnnxEntry {
  readonly key?: string;
  readonly value?: string;
}

export interface OnnxGraph {
  readonly node?: readonly OnnxNode[];
  readonly name?: string;
  readonly initializer?: readonly OnnxTensor[];
  readonly sparseInitializer?: readonly OnnxSparseTensor[];
  readonly docString?: string;
  readonly input?: readonly OnnxValueInfo[];
  readonly output?: readonly OnnxValueInfo[];
  readonly valueInfo?: readonly OnnxValueInfo[];
  readonly quantizationAnnotation?: readonly OnnxTensorAnnotation[];
  readonly metadataProps?: readonly OnnxEntry[];
}

export interface OnnxNode {
  /** Names of the operands; an empty name is an omitted optional operand. */
  readonly input?: readonly string[];
  readonly output?: readonly string[];
  readonly name?: string;
  readonly opType?: string;
  readonly domain?: string;
  readonly overload?: string;
  readonly attribute?: readonly OnnxAttribute[];
  readonly docString?: string;
  readonly metadataProps?: readonly OnnxEntry[];
}

/** One of the value fields holds the value; `type` (see `attributeTypes`) says which. */
export interface OnnxAttribute {
  readonly name?: string;
  readonly refAttrName?: string;
  readonly docString?: string;
  readonly type?: number;
  readonly f?: number;
  readonly i?: Int64;
  readonly s?: Uint8Array;
  readonly t?: OnnxTensor;
  readonly g?: OnnxGraph;
  readonly sparseTensor?: OnnxSparseTensor;
  readonly tp?: OnnxType;
  readonly floats?: readonly number[];
  readonly ints?: readonly Int64[];
  readonly strings?: readonly Uint8Array[];
  readonly tensors?: readonly OnnxTensor[];
  readonly graphs?: readonly OnnxGraph[];
  readonly sparseTensors?: readonly OnnxSparseTensor[];
  readonly typeProtos?: readonly OnnxType[];
}

export interface OnnxTensor {
  readonly dims?: readonly Int64[];
  /** `TensorProto.DataType`, see `data-type.ts`. */
  readonly dataType?: number;
  readonly segment?: OnnxSegment;
  readonly floatData?: readonly number[];
  readonly int32Data?: readonly number[];
  readonly stringData?: readonly Uint8Array[];
  readonly int64Data?: readonly Int64[];
  readonly name?: string;
  readonly docString?: string;
  /** The elements, little-endian, row-major. */
  readonly rawData?: Uint8Array;
  /** Where the elements are, for `dataLocation` 1: entries `location`, `offset`, `length`. */
  readonly externalData?: readonly OnnxEntry[];
  readonly dataLocation?: number;
  readonly doubleData?: readonly number[];
  readonly uint64Data?: readonly Int64[];
  readonly metadataProps?: readonly OnnxEntry[];
}

export interface OnnxSegment {
  readonly begin?: Int64;
  readonly end?: Int64;
}

export interface OnnxSparseTensor {
  readonly values?: OnnxTensor;
  readonly indices?: OnnxTensor;
  readonly dims?: readonly Int64[];
}

export interface OnnxTensorAnnotation {
  readonly tensorName?: string;
  readonly quantParameterTensorNames?: readonly OnnxEntry[];
}

export interface OnnxValueInfo {
  readonly name?: string;
  readonly type?: OnnxType;
  readonly docString?: string;
  readonly metadataProps?: readonly OnnxEntry[];
}

/** At most one of the `...Type` fields is there. */
export interface OnnxType {
  readonly tensorType?: OnnxTensorType;
  readonly sequenceType?: OnnxElementType;
  readonly mapType?: OnnxMapType;
  readonly optionalType?: OnnxElementType;
  readonly sparseTensorType?: OnnxTensorType;
  readonly denotation?: string;
}

export interface OnnxTensorType {
  readonly elemType?: number;
  readonly shape?: OnnxShape;
}

export interface OnnxElementType {
  readonly elemType?: OnnxType;
}

export interface OnnxMapType {
  readonly keyType?: number;
  readonly valueType?: OnnxType;
}

export interface OnnxShape {
  readonly dim?: readonly OnnxDimension[];
}

/** `dimValue` or the name `dimParam`; neither: unknown. */
export interface OnnxDimension {
  readonly dimValue?: Int64;
  readonly dimParam?: string;
  readonly denotation?: string;
}

export interface OnnxFunction {
  readonly name?: string;
  readonly input?: readonly string[];
  readonly output?: readonly string[];
  readonly attribute?: readonly string[];
  readonly attributeProto?: readonly OnnxAttribute[];
  readonly node?: readonly OnnxNode[];
  readonly docString?: string;
  readonly opsetImport?: readonly OnnxOperatorSet[];
  readonly domain?: string;
  readonly overload?: string;
  readonly valueInfo?: readonly OnnxValueInfo[];
  readonly metadataProps?: readonly OnnxEntry[];
}
