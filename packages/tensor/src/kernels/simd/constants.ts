import { type Code, i32, v128 } from './assembler.js';

const capacity = 256;
export const constantsBytes: number = 8 * capacity;

/**
 * Numbers in the memory of a module: loading one into all lanes of a vector is faster than making it. Each has a place of eight bytes, for a
 * float64 or for 32 bits; the first two places hold the lanes 0, 1, 2, 3.
 */
export class Constants {
  /** The address of the first place. */
  readonly start: number;
  private readonly view: DataView<ArrayBuffer> = new DataView(new ArrayBuffer(8 * capacity));
  private readonly places: string[] = ['lanes', 'lanes'];

  constructor(start: number) {
    this.start = start;
    for (let lane = 0; lane < 4; lane++) this.view.setUint32(4 * lane, lane, true);
  }

  /** What must stand in memory at `start`. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.view.buffer, 0, 8 * this.places.length);
  }

  /** The address of a constant, which `write` writes where it is new. */
  private address(name: string, write: (at: number) => void): number {
    const known = this.places.indexOf(name);
    if (known >= 0) return this.start + 8 * known;
    const place = this.places.push(name) - 1;
    write(8 * place);
    return this.start + 8 * place;
  }

  lanes(): Code {
    return v128.load(i32.const(0), this.start);
  }

  /** In both float64 lanes. */
  double(value: number): Code {
    return v128.load64Splat(i32.const(0), this.address(`float64 ${value}`, (at) => this.view.setFloat64(at, value, true)));
  }

  /** In both lanes of 64 bits. */
  long(value: number): Code {
    return v128.load64Splat(i32.const(0), this.address(`long ${value}`, (at) => this.view.setBigInt64(at, BigInt(value), true)));
  }

  /** In all float32 lanes. */
  single(value: number): Code {
    return v128.load32Splat(i32.const(0), this.address(`float32 ${value}`, (at) => this.view.setFloat32(at, value, true)));
  }

  /** In all lanes of 32 bits. */
  word(value: number): Code {
    return v128.load32Splat(i32.const(0), this.address(`word ${value}`, (at) => this.view.setUint32(at, value, true)));
  }
}
