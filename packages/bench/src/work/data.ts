/** Reproducible numbers for the benchmarks' inputs; their statistics do not matter beyond keeping the work well-behaved. */
export class Numbers {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** One number uniform in [0, 1): Mulberry32. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** Uniform in [-limit, limit). */
  uniform(length: number, limit: number): Float32Array<ArrayBuffer> {
    return Float32Array.from({ length }, () => (2 * this.next() - 1) * limit);
  }

  /** Whole numbers in [0, end). */
  below(length: number, end: number): Int32Array<ArrayBuffer> {
    return Int32Array.from({ length }, () => Math.floor(this.next() * end));
  }
}

export interface LayerArrays {
  /** (in, out), row by row, of variance 1 / in. */
  readonly kernel: Float32Array<ArrayBuffer>;
  readonly bias: Float32Array<ArrayBuffer>;
  readonly inputs: number;
  readonly outputs: number;
}

/** The layers of a multilayer perceptron of the given widths. */
export function layerArrays(numbers: Numbers, widths: readonly number[]): LayerArrays[] {
  return widths.slice(1).map((outputs, index) => {
    const inputs = widths[index]!;
    return { inputs, outputs, kernel: numbers.uniform(inputs * outputs, Math.sqrt(3 / inputs)), bias: numbers.uniform(outputs, 0.1) };
  });
}
