/** The memory in which elementwise functions work on vectors, with the constants of all of them at its beginning. */
import { assembleModule, type FunctionBuilder } from './assembler.js';
import { Constants, constantsBytes } from './constants.js';
import { instantiateIn, makeMemory, type SharedMemory, type VectorModule } from './web-assembly.js';

const pages = 9;
const pageBytes = 65_536;

/** What of an array is in the memory at once stays in the second cache. */
export class Workspace {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly int32: Int32Array<ArrayBuffer>;
  readonly float32: Float32Array<ArrayBuffer>;
  readonly float64: Float64Array<ArrayBuffer>;
  /** The first byte after the constants, and the bytes from there on. */
  readonly start: number = constantsBytes;
  readonly size: number = pages * pageBytes - constantsBytes;
  private readonly memory: SharedMemory;
  private readonly constants: Constants = new Constants(0);

  constructor(memory: SharedMemory) {
    this.memory = memory;
    this.bytes = new Uint8Array(memory.buffer);
    this.int32 = new Int32Array(memory.buffer);
    this.float32 = new Float32Array(memory.buffer);
    this.float64 = new Float64Array(memory.buffer);
  }

  /** The functions that `build` makes, ready to be called; null where there is no WebAssembly with vectors. */
  compile<Name extends string>(build: (constants: Constants) => Readonly<Record<Name, FunctionBuilder>>): VectorModule<Name>['functions'] | null {
    const code = assembleModule(pages, build(this.constants), 'given');
    this.bytes.set(this.constants.bytes, this.constants.start);
    return instantiateIn<Name>(this.memory, code);
  }
}

// `undefined` before the first use, null where there is no WebAssembly.
let workspace: Workspace | null | undefined;

export function workspaceOrNull(): Workspace | null {
  if (workspace !== undefined) return workspace;
  const memory = makeMemory(pages);
  workspace = memory && new Workspace(memory);
  return workspace;
}
