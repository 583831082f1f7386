import { random } from '@flaxon/tensor';
import type { Tensor } from '@flaxon/tensor';

/** What a run draws random numbers for; each has numbers of its own, so that one does not move the others. */
const streams = ['parameters', 'batches', 'monitor', 'report'] as const;

/** The key of one stream of a run. */
export function streamKey(seed: number, stream: (typeof streams)[number]): Tensor {
  return random.foldIn(random.key(seed), streams.indexOf(stream));
}

/** Keys for the source and for the target. */
export function keyPair(key: Tensor): { readonly source: Tensor; readonly target: Tensor } {
  return { source: random.foldIn(key, 0), target: random.foldIn(key, 1) };
}
