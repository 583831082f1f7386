/**
 * Arguments of a function as leaves: tensors (or their specs) are inputs of the graph; numbers, strings and booleans are fixed
 * in it.
 */
import { ArgumentError, formatSpec, isDtype, type Spec, Tensor } from '@flaxon/tensor';

/** A value that is part of the signature, not of the data. */
export type StaticValue = number | bigint | string | boolean | null | undefined;

export type ArgumentTree<Leaf> = Leaf | StaticValue | readonly ArgumentTree<Leaf>[] | { readonly [key: string]: ArgumentTree<Leaf> };

export interface FlatArguments<Leaf> {
  readonly leaves: readonly { readonly path: string; readonly leaf: Leaf }[];
  /** Equal for equal structures and static values. */
  readonly key: string;
  /** The same tree with other leaves. */
  readonly rebuild: (leaves: readonly unknown[]) => unknown;
}

type Rebuild = (next: () => unknown) => unknown;

const isPlain = (value: object): value is Readonly<Record<string, unknown>> => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};

const join = (path: string, key: string | number): string => (path === '' ? String(key) : `${path}/${key}`);

function describe(value: unknown): string {
  if (typeof value === 'function') return `the function ${value.name || '(anonymous)'}`;
  if (typeof value === 'object' && value !== null) return `an object of class ${(value.constructor as { readonly name?: string } | undefined)?.name ?? '(none)'}`;
  return `a ${typeof value}`;
}

class Flattener<Leaf> {
  readonly leaves: { path: string; leaf: Leaf }[] = [];
  readonly keys: string[] = [];
  readonly #isLeaf: (value: unknown) => value is Leaf;
  readonly #operation: string;

  constructor(operation: string, isLeaf: (value: unknown) => value is Leaf) {
    this.#operation = operation;
    this.#isLeaf = isLeaf;
  }

  visit(value: unknown, path: string): Rebuild {
    if (this.#isLeaf(value)) {
      this.leaves.push({ path, leaf: value });
      this.keys.push('*');
      return (next) => next();
    }
    if (Array.isArray(value)) {
      this.keys.push('[');
      const children = value.map((child, i) => this.visit(child, join(path, i)));
      this.keys.push(']');
      return (next) => children.map((child) => child(next));
    }
    if (typeof value === 'object' && value !== null) return this.#record(value, path);
    if (typeof value === 'function' || typeof value === 'symbol') this.#refuse(value, path);
    this.keys.push(`${typeof value}:${Object.is(value, -0) ? '-0' : JSON.stringify(String(value))}`);
    return () => value;
  }

  #record(value: object, path: string): Rebuild {
    if (!isPlain(value)) this.#refuse(value, path);
    const names = Object.keys(value).sort();
    this.keys.push('{');
    const children = names.map((name) => {
      this.keys.push(JSON.stringify(name));
      return [name, this.visit(value[name], join(path, name))] as const;
    });
    this.keys.push('}');
    return (next) => Object.fromEntries(children.map(([name, child]) => [name, child(next)]));
  }

  #refuse(value: unknown, path: string): never {
    throw new ArgumentError(this.#operation, path, `must be a tensor, a tree of tensors, or a static number, string or boolean; found ${describe(value)}. Let the function capture it instead.`);
  }
}

/** The leaves of `args` in order, keys of objects sorted; `names[i]` begins the paths in argument i. */
export function flattenArguments<Leaf>(operation: string, args: readonly unknown[], isLeaf: (value: unknown) => value is Leaf, names: readonly string[]): FlatArguments<Leaf> {
  const flattener = new Flattener<Leaf>(operation, isLeaf);
  const builders = args.map((arg, i) => flattener.visit(arg, names[i] ?? ''));
  return {
    leaves: flattener.leaves,
    key: flattener.keys.join(''),
    rebuild: (leaves) => {
      let at = 0;
      const next = (): unknown => leaves[at++];
      return builders.map((build) => build(next));
    },
  };
}

export const isTensor = (value: unknown): value is Tensor => value instanceof Tensor;

/** A spec, such as `spec('float32', ['batch', 784])`, or a tensor, which gives its own. */
export const isSpec = (value: unknown): value is Spec =>
  isTensor(value) || (typeof value === 'object' && value !== null && 'dtype' in value && 'shape' in value && isDtype(value.dtype) && Array.isArray(value.shape));

export const specOf = ({ dtype, shape }: Spec): Spec => ({ dtype, shape });

/** The leaf's part of a signature. */
export const specKey = (spec: Spec): string => formatSpec(spec);
