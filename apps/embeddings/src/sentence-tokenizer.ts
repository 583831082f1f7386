import { Tokenizer } from '@huggingface/tokenizers';

/** A `tokenizer.json` that cannot be used. */
export class TokenizerError extends Error {
  override readonly name = 'TokenizerError';
}

export interface TokenizerOptions {
  /** The most tokens that a sentence may have, the two around it included. */
  readonly maxLength: number;
  /** How many tokens the model knows. */
  readonly vocabularySize: number;
  /** The id that fills rows of a batch. */
  readonly padding: number;
}

/** The tokens of a sentence. */
export interface Tokens {
  readonly ids: readonly number[];
  /** How many tokens were left out at the end, since there were too many. */
  readonly dropped: number;
}

/** Rows of tokens, filled up to the longest. */
export interface TokenRows {
  readonly rows: number;
  readonly length: number;
  /** (rows, length) */
  readonly inputIds: BigInt64Array<ArrayBuffer>;
  /** (rows, length), 1 where there is a token and 0 where the row is filled up. */
  readonly attentionMask: BigInt64Array<ArrayBuffer>;
}

/** Sentences to the tokens of a BERT, as sentence-transformers has them: cut at `maxLength`, whatever length `tokenizer.json` names. */
export class SentenceTokenizer {
  readonly maxLength: number;
  readonly #padding: number;
  readonly #tokenizer: Tokenizer;

  /**
   * description: the content of a `tokenizer.json`.
   * @throws TokenizerError where it is none, or has tokens that the model does not know
   */
  constructor(description: unknown, { maxLength, vocabularySize, padding }: TokenizerOptions) {
    this.maxLength = maxLength;
    this.#padding = padding;
    this.#tokenizer = createTokenizer(description);
    const largest = [...this.#tokenizer.get_vocab().values()].reduce((most, id) => Math.max(most, id), -1);
    if (largest >= vocabularySize) throw new TokenizerError(`has the token ${largest}, but the model knows ${vocabularySize} tokens alone; \`tokenizer.json\` and \`config.json\` must be of one model.`);
  }

  /** The tokens of a sentence, which begin with [CLS] and end in [SEP] also where the sentence is cut. */
  encode(sentence: string): Tokens {
    const { ids } = this.#tokenizer.encode(sentence);
    const dropped = Math.max(0, ids.length - this.maxLength);
    return { ids: dropped === 0 ? ids : [...ids.slice(0, this.maxLength - 1), ids.at(-1)!], dropped };
  }

  /** Several sentences as one batch. */
  pad(sentences: readonly Tokens[]): TokenRows {
    const rows = sentences.length;
    const length = sentences.reduce((most, { ids }) => Math.max(most, ids.length), 0);
    const inputIds = new BigInt64Array(rows * length).fill(BigInt(this.#padding));
    const attentionMask = new BigInt64Array(rows * length);
    for (const [row, { ids }] of sentences.entries()) {
      inputIds.set(ids.map(BigInt), row * length);
      attentionMask.fill(1n, row * length, row * length + ids.length);
    }
    return { rows, length, inputIds, attentionMask };
  }
}

function createTokenizer(description: unknown): Tokenizer {
  if (typeof description !== 'object' || description === null) throw new TokenizerError('is no description of a tokenizer.');
  try {
    return new Tokenizer(description, {});
  } catch (error) {
    throw new TokenizerError(`is no description of a tokenizer that @huggingface/tokenizers knows: ${error instanceof Error ? error.message : String(error)}.`, { cause: error });
  }
}
