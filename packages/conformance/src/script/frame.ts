import { Tensor } from '@flaxon/tensor';
import { CaseFormatError } from '../errors.js';
import { isArray, isObject, mapEntries } from '../values.js';
import type { Expression } from './expression.js';

/** One call of a method of a script: the module and the method's own variables. */
export class Frame {
  readonly self: object;
  readonly #variables: Map<string, unknown>;

  constructor(self: object, variables: Iterable<readonly [string, unknown]> = []) {
    this.self = self;
    this.#variables = new Map(variables);
  }

  set(name: string, value: unknown): void {
    this.#variables.set(name, value);
  }

  /** The value of an expression. A name is `self`, or a variable of the method, then keys and attributes after dots. */
  evaluate(expression: Expression): unknown {
    if (expression === null) return null;
    if (typeof expression === 'string') return this.#name(expression);
    if (isArray(expression)) return expression.map((item) => this.evaluate(item as Expression));
    if ('lit' in expression) return expression.lit;
    return mapEntries(expression, (item) => this.evaluate(item as Expression));
  }

  #name(path: string): unknown {
    const [root, ...keys] = path.split('.') as [string, ...string[]];
    if (root !== 'self' && !this.#variables.has(root)) throw new CaseFormatError(`the script names \`${root}\`, which is not defined there`);
    const start = root === 'self' ? this.self : this.#variables.get(root);
    return keys.reduce<unknown>(member, start);
  }
}

/** An element of a list, a value of an object, or an attribute of a module. */
function member(value: unknown, key: string): unknown {
  if (isArray(value)) return value[Number(key)];
  if (isObject(value)) return value[key];
  if (typeof value === 'object' && value !== null && !(value instanceof Tensor)) return Reflect.get(value, key);
  throw new CaseFormatError(`the script takes \`${key}\` of something that has no members`);
}

/** Puts a step's result where it belongs: into an attribute (which a module takes in `setup` alone) or a variable. */
export function keep({ let: name, set: attribute }: { readonly let?: string | undefined; readonly set?: string | undefined }, frame: Frame, value: unknown): void {
  if (attribute !== undefined) Reflect.set(frame.self, attribute, value);
  else if (name !== undefined) frame.set(name, value);
}

export const evaluateAll = (expressions: readonly Expression[], frame: Frame): unknown[] => expressions.map((expression) => frame.evaluate(expression));
