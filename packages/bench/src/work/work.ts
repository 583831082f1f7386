import type { Contestant } from '../measure/contestant.js';
import type { JaxPeer } from '../peers/jax.js';
import type { WebPeers } from '../peers/web.js';

/** What the contestants of every piece of work share. */
export interface Setting {
  /** Threads of a session, of the hand-written graphs and of Flaxon's alike. */
  readonly threads: number;
  /** Undefined where no Python with JAX is named. */
  readonly jax: JaxPeer | undefined;
  /** Undefined where no folder with TensorFlow.js and jax-js is named. */
  readonly web: WebPeers | undefined;
}

/** One line of the benchmark. */
export interface Work {
  readonly name: string;
  /** How far the contestants' results may differ, relative to the largest number in them. */
  readonly tolerance: number;
  contestants(setting: Setting): Promise<Contestant[]>;
}
