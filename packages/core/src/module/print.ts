import { Tensor, tree } from '@flaxon/tensor';
import { functionToJson } from './json.js';
import { isModule, type ModuleState } from './state.js';

const indent = (text: string): string => text.replaceAll(/^/gm, '    ');

/** `relu`, `lecunNormal()`, `normal({ stddev: 0.02 })`. */
function printFunction(value: { readonly name: string }): string {
  const json = functionToJson(value);
  if (typeof json === 'string') return json;
  const { name, ...attributes } = json;
  return `${name}(${Object.keys(attributes).length === 0 ? '' : printValue(attributes)})`;
}

/** A value as it would be written in code, where it can be. */
function printValue(value: unknown): string {
  if (isModule(value)) return value.toString();
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value === 'function') return printFunction(value);
  if (Array.isArray(value)) return `[${value.map(printValue).join(', ')}]`;
  if (value instanceof Tensor || !tree.isRecord(value)) return String(value);
  const entries = Object.entries(value).map(([key, inner]) => `${key}: ${printValue(inner)}`);
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}

/**
 * A module as text: its class, its attributes, and the submodules that it has so far. Does not run `setup`.
 */
export function printModule(state: ModuleState): string {
  const lines: string[] = [];
  const attributes = [...state.info.attributeNames];
  if (attributes.length > 0) lines.push('# attributes');
  for (const name of attributes) lines.push(`${name} = ${printValue(Reflect.get(state.target, name))}`);
  const children = [...state.children].filter(([, child]) => isModule(child));
  if (children.length > 0) lines.push('# children');
  for (const [name, child] of children) lines.push(`${name} = ${printValue(child)}`);
  return lines.length === 0 ? `${state.info.name}()` : `${state.info.name}(\n${indent(lines.join('\n'))}\n)`;
}
