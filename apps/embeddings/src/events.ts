/** What a run tells while it works. */
export type EmbeddingEvent =
  /** The model is read. */
  | { readonly kind: 'loaded'; readonly parameters: number; readonly seconds: number }
  /** The graph is made. */
  | { readonly kind: 'exported'; readonly nodes: number; readonly seconds: number }
  /** The sentence of this number, from 1 on, was cut at `maxLength` tokens. */
  | { readonly kind: 'truncated'; readonly sentence: number; readonly tokens: number; readonly maxLength: number }
  /** This many sentences of all are embedded. */
  | { readonly kind: 'embedded'; readonly done: number; readonly total: number; readonly seconds: number };

/** Takes the events in their order. */
export type EmbeddingListener = (event: EmbeddingEvent) => void;
