import { FlaxonError, type Tensor } from '@flaxon/tensor';

/** Tensors by their paths, such as `params/Dense_0/kernel`. */
export type NamedTensors = ReadonlyMap<string, Tensor>;

/** What makes the tensors of one checkpoint into those of another: names, forms, and how many there are. */
export type RemapRule = (tensors: NamedTensors) => NamedTensors;

/** A rule that cannot be followed: two tensors would have one name, or a part is missing. */
export class RemapError extends FlaxonError {
  /** The name of the rule, such as `remap.stack`. */
  readonly rule: string;
  /** The path that it concerns. */
  readonly path: string;

  constructor(rule: string, path: string, problem: string) {
    super(`${rule}: \`${path}\` ${problem}`);
    this.rule = rule;
    this.path = path;
  }
}

/** Tensors of which each name is new. */
export class Names {
  readonly #rule: string;
  readonly #tensors = new Map<string, Tensor>();

  constructor(rule: string) {
    this.#rule = rule;
  }

  /** @throws RemapError where the name is taken */
  add(name: string, tensor: Tensor): void {
    if (this.#tensors.has(name)) throw new RemapError(this.#rule, name, 'would be the name of two tensors; let the rule give each its own, or drop one with `remap.drop`');
    this.#tensors.set(name, tensor);
  }

  get all(): NamedTensors {
    return this.#tensors;
  }
}

/** Whether a path matches. Not `test`, which goes on where it stopped when the expression is a global one. */
export const matches = (path: string, pattern: RegExp): boolean => path.search(pattern) >= 0;

/** A rule for each tensor whose path matches: what becomes of it, by name; the others stay. */
export const forEach =
  (rule: string, pattern: RegExp, become: (path: string, tensor: Tensor) => Iterable<readonly [string, Tensor]>): RemapRule =>
  (tensors) => {
    const names = new Names(rule);
    for (const [path, tensor] of tensors) {
      for (const [name, made] of matches(path, pattern) ? become(path, tensor) : [[path, tensor] as const]) names.add(name, made);
    }
    return names.all;
  };
