import type { Tensor } from '../tensor/tensor.js';
import { SymbolicDim } from '../shape/dim.js';
import { formatSpec } from '../shape/shape.js';
import type { Atom, Program, Variable } from './program.js';

/** Numbers functions and other values that are equal only to themselves. */
const identities = new WeakMap<object, number>();
let nextIdentity = 0;

function identityOf(value: object): number {
  const known = identities.get(value);
  if (known !== undefined) return known;
  identities.set(value, nextIdentity);
  return nextIdentity++;
}

/** FNV-1a over the bytes of a tensor's data. */
function dataHash(value: Tensor): string {
  const { buffer, byteOffset, byteLength } = value.data();
  const bytes = new Uint8Array(buffer, byteOffset, byteLength);
  let hash = 0x811c9dc5;
  for (let i = 0; i < bytes.length; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  return (hash >>> 0).toString(16);
}

const dataKeys = new WeakMap<Tensor, string>();

/** A text that is equal for constants of one dtype, shape and content (large ones by a hash of their bytes). */
export function constantKey(value: Tensor): string {
  const known = dataKeys.get(value);
  if (known !== undefined) return known;
  const content = value.size <= 8 ? Array.from(value.data() as ArrayLike<number | bigint>, (x) => (Object.is(x, -0) ? '-0' : String(x))).join() : dataHash(value);
  const key = `${formatSpec(value)}=${content}`;
  dataKeys.set(value, key);
  return key;
}

const isProgram = (value: object): value is Program => 'equations' in value && 'inputs' in value;

/** The derivative of a composite of the library follows from its name; an author's own is one of its kind. */
const isLibraryComposite = (value: object): boolean => 'name' in value && 'rule' in value && !String(value.name).includes(':');

/** A text that is equal for equal parameters of a primitive. */
export function paramsKey(value: unknown): string {
  if (typeof value === 'function') return `f${identityOf(value)}`;
  if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? '-0' : String(value);
  if (value instanceof SymbolicDim) return value.text;
  if (Array.isArray(value)) return `[${value.map(paramsKey).join()}]`;
  if (isProgram(value)) return `(${programKey(value)})`;
  const skipped = isLibraryComposite(value) ? 'rule' : '';
  return `{${Object.entries(value).map(([key, inner]) => (key === skipped ? '' : `${key}:${paramsKey(inner)}`)).join()}}`;
}

/** A text that is equal for programs of one structure: the same equations on the same inputs, whatever the variables are. */
export function programKey(program: Program): string {
  const numbers = new Map<Variable, number>();
  const define = (variable: Variable): string => {
    numbers.set(variable, numbers.size);
    return formatSpec(variable);
  };
  const use = (atom: Atom): string => (atom.kind === 'constant' ? constantKey(atom.value) : `v${numbers.get(atom)}`);
  const head = program.inputs.map(define).join();
  const lines = program.equations.map((equation) => {
    const inputs = equation.inputs.map(use).join();
    return `${equation.outputs.map(define).join()}=${equation.primitive}${paramsKey(equation.params)}(${inputs})`;
  });
  return `${head};${lines.join(';')};${program.outputs.map(use).join()}`;
}

/** The structural hash of a program, 16 hexadecimal digits: equal for programs of equal `programKey`. */
export function programHash(program: Program): string {
  const key = programKey(program);
  let [low, high] = [0x811c9dc5, 0xcbf29ce4];
  for (let i = 0; i < key.length; i++) {
    low = Math.imul(low ^ key.charCodeAt(i), 0x01000193);
    high = Math.imul(high ^ key.charCodeAt(i), 0x5bd1e995);
  }
  return [high, low].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
}
