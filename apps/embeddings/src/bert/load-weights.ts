import { fileSource, mergeStateDict, SafetensorsFile } from '@flaxon/checkpoint';
import type { Collection, Variables } from '@flaxon/core';
import { astype, evalShape, random, spec, transpose, tree, zeros } from '@flaxon/tensor';
import type { Tensor } from '@flaxon/tensor';

import type { BertConfig } from './config.js';
import { BertModel } from './model.js';

/** PyTorch's names of parameters as Flax's, one rule after the other. Files of 2018 have LayerNorm's as gamma and beta. */
const renames: readonly (readonly [RegExp, string])[] = [
  [/^bert\./u, ''],
  [/(_embeddings)\.weight$/u, '$1.embedding'],
  [/(LayerNorm)\.(?:weight|gamma)$/u, '$1.scale'],
  [/(LayerNorm)\.beta$/u, '$1.bias'],
  [/\.weight$/u, '.kernel'],
];

const flaxPath = (name: string): string => renames.reduce((path, [expression, replacement]) => path.replace(expression, replacement), name).replaceAll('.', '/');

/** Of a file: positions 0, 1, ..., which need no keeping, and the pooler's map of the first token, which sentence embeddings do not use. */
const isUnused = (name: string): boolean => /^(?:bert\.)?(?:embeddings\.position_ids$|pooler\.)/u.test(name);

/** PyTorch's `Linear` has (out, in), Flax's `Dense` (in, out). Files in half precision are computed with in float32. */
function flaxLeaf(name: string, x: Tensor): Tensor {
  const whole = astype(x, 'float32');
  return flaxPath(name).endsWith('/kernel') ? transpose(whole) : whole;
}

/** What the parameters must be like: zeros in their shapes. Random ones would take seconds to make. */
function emptyParameters(config: BertConfig): Collection {
  const model = new BertModel({ config });
  let structure = tree.structure(null);
  const specs = evalShape((key: Tensor, ids: Tensor, mask: Tensor): Tensor[] => {
    const flat = tree.flatten<Tensor>(model.init(key, [ids, mask])['params']!);
    structure = flat.structure;
    return flat.leaves;
  }, random.key(0), spec('int32', [1, 1]), spec('bool', [1, 1]));
  return tree.unflatten<Tensor>(structure, specs.map(({ shape, dtype }) => zeros(shape, dtype))) as Collection;
}

/**
 * The variables of a `BertModel` from a safetensors file with PyTorch's names. Each tensor is read when its turn comes, so that the file is never in memory as a whole.
 * @throws CheckpointFormatError where it is no safetensors file; TreeMatchError, which lists them, where parameters are missing, left over or of another shape
 */
export async function loadBertWeights(path: string, config: BertConfig): Promise<Variables> {
  const source = await fileSource(path);
  try {
    const file = await SafetensorsFile.open(source);
    const state: Record<string, Tensor> = {};
    for (const name of file.specs.keys()) if (!isUnused(name)) state[name] = await file.tensor(name);
    return { params: mergeStateDict(emptyParameters(config), state, { rename: flaxPath, transform: flaxLeaf }).tree };
  } finally {
    await source.close?.();
  }
}
