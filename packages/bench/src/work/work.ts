import type { InferenceSession } from 'onnxruntime-node';
import type { Contestant } from '../measure/contestant.js';
import type { JaxPeer } from '../peers/jax.js';

/** What the contestants of every piece of work share. */
export interface Setting {
  /** For the hand-written graphs and for Flaxon's ONNX executor alike. */
  readonly session: InferenceSession.SessionOptions;
  /** Undefined where no Python with JAX is named. */
  readonly jax: JaxPeer | undefined;
}

/** One line of the benchmark. */
export interface Work {
  readonly name: string;
  /** How far the contestants' results may differ, relative to the largest number in them. */
  readonly tolerance: number;
  contestants(setting: Setting): Promise<Contestant[]>;
}
