import { mkdirSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { tree, zeros } from '@flaxon/tensor';
import type { Tensor } from '@flaxon/tensor';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { ModelFolderError, readModelFolder } from '../src/model-folder.js';
import { tinyFolder } from './cases.js';
import { changeJson, changeWeights, copyOfTinyFolder } from './folder-copy.js';

let folder: string;
beforeEach(() => {
  folder = copyOfTinyFolder();
});
afterEach(() => rmSync(folder, { recursive: true }));

const pathsOf = async (root: string): Promise<string[]> => tree.flattenWithPath<Tensor>((await readModelFolder(root)).variables).map(({ path }) => path);

describe('the parameters', () => {
  it("have the names of Hugging Face's Flax model", async () => {
    const layer = (index: number): string[] =>
      ['attention/output/LayerNorm/bias', 'attention/output/LayerNorm/scale', 'attention/output/dense/bias', 'attention/output/dense/kernel', 'attention/self/key/bias', 'attention/self/key/kernel', 'attention/self/query/bias', 'attention/self/query/kernel', 'attention/self/value/bias', 'attention/self/value/kernel', 'intermediate/dense/bias', 'intermediate/dense/kernel', 'output/LayerNorm/bias', 'output/LayerNorm/scale', 'output/dense/bias', 'output/dense/kernel'].map((name) => `encoder/layer/${index}/${name}`);
    const embeddings = ['LayerNorm/bias', 'LayerNorm/scale', 'position_embeddings/embedding', 'token_type_embeddings/embedding', 'word_embeddings/embedding'].map((name) => `embeddings/${name}`);
    expect(await pathsOf(folder)).toEqual([...embeddings, ...layer(0), ...layer(1)].map((name) => `params/${name}`));
  });

  it('are float32 also where the file has halves', async () => {
    const { variables } = await readModelFolder(folder);
    expect(new Set(tree.leaves<Tensor>(variables).map(({ dtype }) => dtype))).toEqual(new Set(['float32']));
  });

  it('are the same from a file whose names are those of a model with a head, and of 2018', async () => {
    changeWeights(folder, (weights) =>
      Object.fromEntries(Object.entries(weights).map(([name, x]) => [`bert.${name.replace('LayerNorm.weight', 'LayerNorm.gamma').replace('LayerNorm.bias', 'LayerNorm.beta')}`, x])),
    );
    const [found, expected] = [await readModelFolder(folder), await readModelFolder(tinyFolder)];
    const values = (variables: typeof found.variables): unknown[] => tree.flattenWithPath<Tensor>(variables).map(({ path, leaf }) => [path, leaf.data()]);
    expect(values(found.variables)).toEqual(values(expected.variables));
  });

  it('must be all there', async () => {
    changeWeights(folder, ({ 'encoder.layer.1.output.dense.weight': _, ...rest }) => rest);
    await expect(readModelFolder(folder)).rejects.toThrow(/model\.safetensors:[^]*encoder\/layer\/1\/output\/dense\/kernel/u);
  });

  it('must not be more than the model has', async () => {
    changeWeights(folder, (weights) => ({ ...weights, 'encoder.layer.2.output.dense.bias': zeros([32]) }));
    await expect(readModelFolder(folder)).rejects.toThrow(/encoder\.layer\.2\.output\.dense\.bias/u);
  });

  it('must have the shapes that config.json says', async () => {
    changeJson(folder, 'config.json', (config) => ({ ...config, intermediate_size: 48 }));
    await expect(readModelFolder(folder)).rejects.toThrow(/intermediate\/dense\/kernel[^]*32, ?48/u);
  });
});

describe('the folder', () => {
  it('may have the files in a folder `model`, as the Python package has', async () => {
    const outer = mkdtempSync(join(tmpdir(), 'package-'));
    renameSync(folder, join(outer, 'model'));
    expect(await pathsOf(outer)).toEqual(await pathsOf(tinyFolder));
    renameSync(join(outer, 'model'), folder);
    rmSync(outer, { recursive: true });
  });

  it('without a length of sentences, sentences may have as many tokens as there are positions', async () => {
    rmSync(join(folder, 'sentence_bert_config.json'));
    expect((await readModelFolder(folder)).tokenizer.maxLength).toBe(32);
  });

  it('that is not there is an error that says what is expected', async () => {
    const missing = join(folder, 'nowhere');
    await expect(readModelFolder(missing)).rejects.toThrow(ModelFolderError);
    await expect(readModelFolder(missing)).rejects.toThrow(/nowhere: is not there; expected the folder of a model.*`tokenizer\.json`/u);
  });

  it('without a config.json is an error', async () => {
    mkdirSync(join(folder, 'empty'));
    await expect(readModelFolder(join(folder, 'empty'))).rejects.toThrow(/has no `config\.json`/u);
  });

  it.each(['tokenizer.json', 'model.safetensors'])('without %s is an error that names it', async (file) => {
    rmSync(join(folder, file));
    await expect(readModelFolder(folder)).rejects.toThrow(`${file}: is not there`);
  });

  it.each([
    ['model_type', 'roberta'],
    ['hidden_act', 'relu'],
    ['position_embedding_type', 'relative_key'],
    ['num_attention_heads', 5],
    ['hidden_size', undefined],
  ])('of a model whose %s is %s is an error that names it', async (key, value) => {
    changeJson(folder, 'config.json', (config) => ({ ...config, [key]: value }));
    const error = await readModelFolder(folder).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ModelFolderError);
    expect((error as ModelFolderError).message).toContain(`\`${key}\` is ${JSON.stringify(value) ?? 'missing'}:`);
  });

  it('with a file that is no JSON is an error', async () => {
    writeFileSync(join(folder, 'config.json'), '{');
    await expect(readModelFolder(folder)).rejects.toThrow(/config\.json: is no JSON/u);
  });

  it('with weights that are cut off is an error', async () => {
    truncateSync(join(folder, 'model.safetensors'), 1000);
    await expect(readModelFolder(folder)).rejects.toThrow(ModelFolderError);
  });

  it('whose tokenizer has tokens that the model lacks is an error', async () => {
    changeJson(folder, 'config.json', (config) => ({ ...config, vocab_size: 50 }));
    await expect(readModelFolder(folder)).rejects.toThrow(/tokenizer\.json: has the token 93, but the model knows 50/u);
  });

  it('whose tokenizer.json is something else is an error', async () => {
    writeFileSync(join(folder, 'tokenizer.json'), '{"model":{"type":"nothing"}}');
    await expect(readModelFolder(folder)).rejects.toThrow(/tokenizer\.json: is no description of a tokenizer/u);
  });
});
