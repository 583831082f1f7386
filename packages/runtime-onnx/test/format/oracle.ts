/** Another implementation of protobuf, with descriptors generated from onnx.proto: `onnx-buf`, and the runtime that it comes with. */
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import type { ModelProto, ModelProtoSchema, TensorProto, TensorProtoSchema } from 'onnx-buf';

interface Codec {
  create(schema: typeof TensorProtoSchema, fields: Partial<TensorProto>): TensorProto;
  fromBinary(schema: typeof ModelProtoSchema, bytes: Uint8Array): ModelProto;
  toBinary(schema: typeof ModelProtoSchema | typeof TensorProtoSchema, message: ModelProto | TensorProto): Uint8Array;
}

// The runtime is a dependency of `onnx-buf`, not of this package.
const fromOnnxBuf = createRequire(createRequire(import.meta.url).resolve('onnx-buf'));
const codec: Codec = await import(pathToFileURL(fromOnnxBuf.resolve('@bufbuild/protobuf')).href);

export const { create, fromBinary, toBinary } = codec;
