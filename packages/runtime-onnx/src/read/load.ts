/** Reads ONNX files for inspection. */
import { decodeModel } from '../format/reader.js';
import type { ExternalDataReader } from '../format/tensors.js';
import { checkModel } from './check.js';
import { LoadedModel } from './view.js';

export interface LoadOptions {
  /** The bytes of external files, where the model has some and their elements are wanted. */
  readonly readExternal?: ExternalDataReader;
  /** False reads models that break rules of the format too (names read before they are given, elements that do not fill a shape). */
  readonly check?: boolean;
}

/**
 * An ONNX file of any producer as data that is easy to read: graph, subgraphs, functions, attributes, initialisers, metadata. Elements are read when
 * they are asked for; byte fields are views of `bytes`. `formatModel` prints it, `diff` compares two.
 *
 *     const model = loadOnnx(bytes);
 *     for (const { operator, inputs, outputs } of model.graph.nodes) console.log(operator, inputs, outputs);
 *
 * @throws ModelFormatError where the file is damaged, or breaks a rule of the format that `check` looks for
 */
export function loadOnnx(bytes: Uint8Array, { readExternal, check = true }: LoadOptions = {}): LoadedModel {
  const model = decodeModel(bytes);
  if (check) checkModel(model);
  return new LoadedModel(model, readExternal);
}

/**
 * `loadOnnx` of a file on disk (in Node). External data are read from the folder of the model, piece by piece when they are asked for; a path that leaves the
 * folder is an error, by a link too.
 * @throws ModelFormatError, as `loadOnnx` does
 */
export async function loadOnnxFile(path: string, { check = true }: Pick<LoadOptions, 'check'> = {}): Promise<LoadedModel> {
  const [{ readFile }, { dirname }, { externalFiles }] = await Promise.all([import('node:fs/promises'), import('node:path'), import('./external-files.js')]);
  const { buffer, byteOffset, byteLength } = await readFile(path);
  return loadOnnx(new Uint8Array(buffer, byteOffset, byteLength), { check, readExternal: externalFiles(dirname(path)) });
}
