import { CheckpointFormatError } from '../errors.js';

/** A reading that stops where it needs more bytes than it sees, and says how many. */
export type Steps<T> = Generator<number, T, void>;

/** The part of a file that is in memory, from which one reads on. */
export class Window {
  #bytes: Uint8Array = new Uint8Array(0);
  #view: DataView = new DataView(this.#bytes.buffer);
  /** Where the window begins in the file. */
  #base = 0;
  #at = 0;
  /** Where what is being read ends: the file, or an extension in it. */
  #end: number;

  constructor(size: number) {
    this.#end = size;
  }

  /** Where reading goes on, in bytes from the beginning of the file. */
  get offset(): number {
    return this.#base + this.#at;
  }

  /** How many bytes are left to be read. */
  get rest(): number {
    return this.#end - this.offset;
  }

  fail(problem: string): never {
    throw new CheckpointFormatError('msgpack', problem, this.offset);
  }

  /** The bytes from `offset` on. */
  show(bytes: Uint8Array): void {
    this.#base = this.offset;
    this.#at = 0;
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** The next `count` bytes, which begin at `at`. @throws CheckpointFormatError where there are not as many, before they are asked for */
  *take(count: number): Steps<{ readonly bytes: Uint8Array; readonly view: DataView; readonly at: number }> {
    if (count > this.rest) this.fail(`ends where ${count} more bytes are announced and ${this.rest} are left`);
    if (this.#at + count > this.#bytes.length) yield count;
    const at = this.#at;
    this.#at += count;
    return { bytes: this.#bytes, view: this.#view, at };
  }

  /** Reads the next `length` bytes as a whole of their own, until what comes back is called. @throws CheckpointFormatError where there are not as many */
  enter(length: number): () => void {
    if (length > this.rest) this.fail(`ends where ${length} more bytes are announced and ${this.rest} are left`);
    const outer = this.#end;
    this.#end = this.offset + length;
    return () => void (this.#end = outer);
  }
}
