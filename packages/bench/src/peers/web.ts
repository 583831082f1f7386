import { contestant, type Contestant } from '../measure/contestant.js';

export type WebWork = 'matmul' | 'mlpGradient' | 'softmax' | 'layerNorm' | 'conv';

type Arrays = Readonly<Record<string, Float32Array>>;
type Options = Readonly<Record<string, number | readonly number[]>>;
type Prepare = (arrays: Arrays, options: Options) => () => ArrayLike<number> | Promise<ArrayLike<number>>;

interface WebPeer {
  readonly name: string;
  readonly works: Readonly<Record<WebWork, Prepare>>;
}

/** TensorFlow.js and jax-js, which `web/peers.mjs` calls. */
export class WebPeers {
  readonly #peers: readonly WebPeer[];

  private constructor(peers: readonly WebPeer[]) {
    this.#peers = peers;
  }

  /** `folder` has both in its node_modules. */
  static async load(folder: string): Promise<WebPeers> {
    const { webPeers } = (await import(new URL('../../web/peers.mjs', import.meta.url).href)) as { webPeers: (folder: string) => Promise<readonly WebPeer[]> };
    return new WebPeers(await webPeers(folder));
  }

  contestants(kind: WebWork, arrays: Arrays, options: Options): Contestant[] {
    return this.#peers.map(({ name, works }) =>
      contestant(name, () => {
        const work = works[kind](arrays, options);
        return async () => work();
      }),
    );
  }
}
