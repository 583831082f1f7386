import { z } from 'zod';

const size = () => z.int().positive();

/**
 * What of Hugging Face's `config.json` a BERT encoder depends on, under its names. Other entries are ignored; those whose other values would mean
 * another network are checked.
 */
export const bertConfigSchema = z
  .object({
    model_type: z.literal('bert'),
    vocab_size: size(),
    hidden_size: size(),
    num_hidden_layers: z.int().nonnegative(),
    num_attention_heads: size(),
    intermediate_size: size(),
    /** `gelu` is the exact one, by the error function. */
    hidden_act: z.literal('gelu').default('gelu'),
    max_position_embeddings: size(),
    type_vocab_size: size(),
    layer_norm_eps: z.number().nonnegative().default(1e-12),
    pad_token_id: z.int().nonnegative().nullable().default(0),
    position_embedding_type: z.literal('absolute').default('absolute'),
    is_decoder: z.literal(false).default(false),
  })
  .refine(({ hidden_size, num_attention_heads }) => hidden_size % num_attention_heads === 0, {
    path: ['num_attention_heads'],
    error: 'must divide `hidden_size`',
  });

/** The sizes of a BERT encoder. */
export type BertConfig = z.infer<typeof bertConfigSchema>;
