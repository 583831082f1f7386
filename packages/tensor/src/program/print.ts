import { formatSpec } from '../shape/shape.js';
import type { Atom, Equation, Program, Variable } from './program.js';

/** a, b, ..., z, aa, ab, ... */
function letters(index: number): string {
  const last = String.fromCharCode(97 + (index % 26));
  return index < 26 ? last : letters(Math.floor(index / 26) - 1) + last;
}

const isProgram = (value: unknown): value is Program => typeof value === 'object' && value !== null && 'equations' in value;

function formatParam(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(formatParam).join(' ')}]`;
  if (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
    return `{${Object.entries(value).map(([key, inner]) => `${key}=${formatParam(inner)}`).join(' ')}}`;
  }
  return String(value);
}

const isPrograms = (value: unknown): value is readonly Program[] => Array.isArray(value) && value.length > 0 && value.every(isProgram);

/** The programs that an equation carries. */
export function bodiesOf(equation: Equation): readonly Program[] {
  return Object.values(equation.params as Readonly<Record<string, unknown>>).flatMap((value) => (isProgram(value) ? [value] : isPrograms(value) ? value : []));
}

/** The equation with `f` of every program that it carries. */
export function mapBodies(equation: Equation, f: (body: Program) => Program): Equation {
  const bodies = bodiesOf(equation);
  const mapped = new Map(bodies.map((body) => [body, f(body)]));
  if (bodies.every((body) => mapped.get(body) === body)) return equation;
  const replace = (value: unknown): unknown => (isProgram(value) ? mapped.get(value) : isPrograms(value) ? value.map((body) => mapped.get(body)) : value);
  const params = Object.fromEntries(Object.entries(equation.params).map(([name, value]) => [name, replace(value)]));
  return { ...equation, params } as Equation;
}

function formatParams(equation: Equation): string {
  const entries = Object.entries(equation.params as Readonly<Record<string, unknown>>).filter(([, value]) => !isProgram(value) && !isPrograms(value) && typeof value !== 'function' && value !== null);
  const plain = entries.filter(([key]) => key !== 'rule').map(([key, value]) => `${key}=${formatParam(value)}`);
  return plain.length === 0 ? '' : `[${plain.join(' ')}]`;
}

function constantText({ value }: Extract<Atom, { kind: 'constant' }>): string {
  return value.rank === 0 ? `${String(value)}:${value.dtype}` : `const:${formatSpec(value)}`;
}

/**
 * A program as text that a person can read: one equation a line, `outputs = primitive[params] inputs`, with the module that
 * made it behind `#`, and bodies indented below.
 */
export function printProgram(program: Program, indent = ''): string {
  const names = new Map<Variable, string>();
  const define = (variable: Variable): string => {
    const name = letters(names.size);
    names.set(variable, name);
    return `${name}:${formatSpec(variable)}`;
  };
  const use = (atom: Atom): string => (atom.kind === 'constant' ? constantText(atom) : (names.get(atom) ?? '?'));
  const lines = [`${indent}{ ${program.inputs.map(define).join(' ')} .`];
  for (const equation of program.equations) {
    const inputs = equation.inputs.map(use).join(' ');
    const outputs = equation.outputs.map(define).join(' ');
    const scope = equation.scope === '' ? '' : `  # ${equation.scope}`;
    lines.push(`${indent}  ${outputs} = ${equation.primitive}${formatParams(equation)} ${inputs}${scope}`.trimEnd());
    for (const body of bodiesOf(equation)) lines.push(printProgram(body, `${indent}    `));
  }
  lines.push(`${indent}  in (${program.outputs.map(use).join(', ')}) }`);
  return lines.join('\n');
}

