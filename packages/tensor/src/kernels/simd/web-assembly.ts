/** The part of WebAssembly that is used: its declarations come with those of browsers, which this package does not need. */
interface Instance {
  readonly exports: { readonly memory: { readonly buffer: ArrayBuffer } } & Readonly<Record<string, unknown>>;
}
declare const WebAssembly: {
  readonly Module: new (code: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (module: object) => Instance;
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
