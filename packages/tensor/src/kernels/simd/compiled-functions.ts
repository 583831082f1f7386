import type { FunctionBuilder } from './assembler.js';
import type { Constants } from './constants.js';
import type { Workspace } from './workspace.js';

export type Compiled = (...args: number[]) => void;

/** Functions of a workspace by a key that says what they compute, made when first asked for. A program that makes ever new ones begins anew. */
export class CompiledFunctions {
  readonly #most: number;
  readonly #functions = new Map<string, Compiled | null>();

  constructor(most: number) {
    this.#most = most;
  }

  /** Null where there is no WebAssembly with vectors. */
  get(workspace: Workspace, key: string, make: (constants: Constants) => FunctionBuilder): Compiled | null {
    const known = this.#functions.get(key);
    if (known !== undefined) return known;
    if (this.#functions.size >= this.#most) this.#functions.clear();
    const made = workspace.compile<'run'>((constants) => ({ run: make(constants) }))?.run ?? null;
    this.#functions.set(key, made);
    return made;
  }
}
