/** From this many bytes on, a run of bytes is a part of its own and not copied. */
const ownPart = 2 ** 16;

/** A file in the making, in parts: small things in buffers that double, large ones as they are in memory. */
export class PartsWriter {
  readonly #parts: Uint8Array[] = [];
  #bytes = new Uint8Array(256);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  /** Where the next `count` bytes go. The buffer may be another afterwards. */
  #reserve(count: number): number {
    const at = this.#length;
    this.#length += count;
    if (this.#length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#length, this.#bytes.length * 2));
      larger.set(this.#bytes.subarray(0, at));
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    return at;
  }

  /** Makes a part of what the buffer has, and begins another. */
  #flush(): void {
    if (this.#length === 0) return;
    this.#parts.push(this.#bytes.slice(0, this.#length));
    this.#length = 0;
  }

  uint8(value: number): void {
    const at = this.#reserve(1);
    this.#bytes[at] = value;
  }

  uint16(value: number): void {
    const at = this.#reserve(2);
    this.#view.setUint16(at, value);
  }

  uint32(value: number): void {
    const at = this.#reserve(4);
    this.#view.setUint32(at, value);
  }

  uint64(value: bigint): void {
    const at = this.#reserve(8);
    this.#view.setBigUint64(at, value);
  }

  float64(value: number): void {
    const at = this.#reserve(8);
    this.#view.setFloat64(at, value);
  }

  /** Bytes that are copied. */
  raw(bytes: Uint8Array): void {
    const at = this.#reserve(bytes.length);
    this.#bytes.set(bytes, at);
  }

  /** Bytes that do not change any more: a long run of them becomes a part without a copy. */
  fixed(bytes: Uint8Array): void {
    if (bytes.length < ownPart) return this.raw(bytes);
    this.#flush();
    this.#parts.push(bytes);
  }

  /** What has been written, one part after another. */
  finish(): readonly Uint8Array[] {
    this.#flush();
    return this.#parts;
  }
}
