import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { z } from 'zod';
import type { Contestant } from '../measure/contestant.js';

const firstAnswer = z.object({ milliseconds: z.number(), result: z.array(z.number()) });
const blockAnswer = z.object({ milliseconds: z.array(z.number()) });
const readyAnswer = z.object({ ready: z.literal(true) });

/** The models of `python/models.py`. */
export type JaxModel = 'potentialGradient' | 'maskedConvolution' | 'transformer' | 'convolution';

/** Work that `python/serve.py` knows, with its arrays and options. */
export interface JaxWork {
  readonly kind: 'mlpForward' | 'mlpSgd' | 'neuralDual' | 'mlpGradient' | 'mlpAdam' | 'manyParameters' | JaxModel;
  readonly arrays: Readonly<Record<string, Float32Array | Float64Array | Int32Array>>;
  readonly options: Readonly<Record<string, number | readonly number[] | readonly (readonly number[])[]>>;
}

/** The Python process that does the same work in JAX. It waits, using no processor, whenever it is not asked. */
export class JaxPeer {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  readonly #folder = mkdtempSync(join(tmpdir(), 'flaxon-bench-'));
  #prepared = 0;
  #errors = '';

  /**
   * `python` is the interpreter's path; it must have jax and optax. `threads` is how many XLA may use. It reads NPROC, and no flag of its own does as much:
   * with `--xla_cpu_multi_thread_eigen=false` two threads still share a product of matrices (0.10.2).
   */
  constructor(python: string, threads: number) {
    const script = join(import.meta.dirname, '../../python/serve.py');
    this.#process = spawn(python, [script], { env: { ...process.env, JAX_PLATFORMS: 'cpu', NPROC: String(threads) } });
    this.#process.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#errors += text;
    });
    this.#process.on('error', (error) => {
      this.#errors += error.message;
    });
    // A process that ends early is noticed where its answer is missing.
    this.#process.stdin.on('error', () => undefined);
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
  }

  async contestant({ kind, arrays, options }: JaxWork): Promise<Contestant> {
    const name = `${kind}${this.#prepared++}`;
    for (const [key, values] of Object.entries(arrays)) writeFileSync(join(this.#folder, `${key}.bin`), values);
    await this.#ask({ prepare: name, work: kind, folder: this.#folder, options }, readyAnswer);
    return {
      name: 'JAX',
      first: () => this.#ask({ first: name }, firstAnswer),
      block: async (calls) => (await this.#ask({ block: name, calls }, blockAnswer)).milliseconds,
    };
  }

  close(): void {
    this.#process.stdin.end();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #ask<T>(request: object, answer: z.ZodType<T>): Promise<T> {
    this.#process.stdin.write(`${JSON.stringify(request)}\n`);
    const line = await this.#lines.next();
    if (line.done === true) throw new Error(`The Python of FLAXON_BENCH_PYTHON ended instead of answering; it said:\n${this.#errors}`);
    return answer.parse(JSON.parse(line.value));
  }
}
