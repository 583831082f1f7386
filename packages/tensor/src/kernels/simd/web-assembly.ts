import { memoryImport } from './assembler.js';

/** The part of WebAssembly that is used: its declarations come with those of browsers, which this package does not need. */
interface Instance {
  readonly exports: { readonly memory: { readonly buffer: ArrayBuffer } } & Readonly<Record<string, unknown>>;
}
/** A memory that modules share. */
export interface SharedMemory {
  readonly buffer: ArrayBuffer;
}
declare const WebAssembly: {
  readonly Module: new (code: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (module: object, imports?: Readonly<Record<string, Readonly<Record<string, SharedMemory>>>>) => Instance;
  readonly Memory: new (limits: { readonly initial: number; readonly maximum: number }) => SharedMemory;
};

/** A module that runs: its memory, and functions of numbers. */
export interface VectorModule<Name extends string> {
  readonly memory: ArrayBuffer;
  readonly functions: { readonly [N in Name]: (...args: number[]) => void };
}

/** The module of `code`; null where there is no WebAssembly with vectors, or a page's content security policy forbids it. */
export function instantiate<Name extends string>(code: Uint8Array<ArrayBuffer>): VectorModule<Name> | null {
  try {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(code));
    return { memory: exports.memory.buffer, functions: exports as VectorModule<Name>['functions'] & typeof exports };
  } catch {
    return null;
  }
}

/** A memory of `pages` of 64 KiB; null where there is no WebAssembly. */
export function makeMemory(pages: number): SharedMemory | null {
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages });
  } catch {
    return null;
  }
}

/** The functions of a module that works in a memory that is given to it; null as for `instantiate`. */
export function instantiateIn<Name extends string>(memory: SharedMemory, code: Uint8Array<ArrayBuffer>): VectorModule<Name>['functions'] | null {
  try {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(code), { [memoryImport.module]: { [memoryImport.name]: memory } });
    return exports as VectorModule<Name>['functions'] & typeof exports;
  } catch {
    return null;
  }
}
