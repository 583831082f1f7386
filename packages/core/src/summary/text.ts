/** How a summary writes values and counts; the formats are those of Flax's `tabulate`. */
import { formatSpec, Tensor, tree } from '@flaxon/tensor';
import { Partitioned, type AxisName } from '../metadata/partitioned.js';

/** Elements and bytes of some variables. */
export interface Count {
  readonly size: number;
  readonly bytes: number;
}

/** The names of axes as Python prints a tuple of them. */
const formatNames = (names: readonly AxisName[]): string => (names.length === 1 ? `${names[0] ?? 'None'},` : names.map((name) => name ?? 'None').join(', '));

/** A leaf: `float32[2,3]` for a tensor, numbers and text as they are, `True`, `False` and `None` as in Python. */
function formatLeaf(value: unknown): string {
  if (value instanceof Partitioned) return `${formatSpec(value)} P(${formatNames(value.names)})`;
  if (value instanceof Tensor) return formatSpec(value);
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'function') return value.name === '' ? '(function)' : value.name;
  return String(value);
}

const isEmpty = (value: unknown): boolean => (Array.isArray(value) ? value.length === 0 : tree.isRecord(value) && definedKeys(value).length === 0);

/** Keys in order; an option that is undefined was not given. */
const definedKeys = (record: Readonly<Record<string, unknown>>): string[] =>
  Object.keys(record)
    .filter((key) => record[key] !== undefined)
    .sort();

const indent = (lines: readonly string[]): string[] => lines.map((line) => `  ${line}`);

function formatLines(value: unknown): string[] {
  if (isEmpty(value)) return [Array.isArray(value) ? '[]' : '{}'];
  if (Array.isArray(value)) return value.flatMap((inner: unknown) => listItem(formatLines(inner)));
  if (tree.isRecord(value)) return definedKeys(value).flatMap((key) => entry(key, value[key]));
  return [formatLeaf(value)];
}

/** `- first`, the other lines below it. */
const listItem = ([first = '', ...rest]: readonly string[]): string[] => [`- ${first}`, ...indent(rest)];

/** `key: value`; a container stands below its key, a record indented. */
function entry(key: string, value: unknown): string[] {
  const lines = formatLines(value);
  if (isEmpty(value) || !(Array.isArray(value) || tree.isRecord(value))) return [`${key}: ${lines.join('')}`];
  return [`${key}:`, ...(Array.isArray(value) ? lines : indent(lines))];
}

/** A value in the layout of YAML, one leaf a line; nothing for an empty container. */
export function formatValue(value: unknown): string {
  return isEmpty(value) ? '' : formatLines(value).join('\n');
}

/** The arguments of a call: one alone as it is, several as a list. Those left out at the end are not there. */
export function formatArguments(args: readonly unknown[]): string {
  const given = args.slice(0, args.findLastIndex((arg) => arg !== undefined) + 1);
  return formatValue(given.length === 1 ? given[0] : given);
}

const withSeparators = (value: string): string => {
  const [whole = '', ...fraction] = value.split('.');
  return [whole.replaceAll(/\B(?=(\d{3})+$)/g, ','), ...fraction].join('.');
};

/** One decimal, halves to the even neighbour as Python rounds them. */
function toTenths(value: number): string {
  const tenths = value * 10;
  const isHalf = Number.isInteger(value * 20) && !Number.isInteger(tenths) && Number.isInteger(value * 4);
  return isHalf ? ((Math.floor(tenths) + (Math.floor(tenths) % 2)) / 10).toFixed(1) : value.toFixed(1);
}

/** `176 B`, `78.6 KB`: decimal units, as Flax has them. */
export function formatBytes(bytes: number): string {
  for (const [unit, name] of [[1e9, 'GB'], [1e6, 'MB'], [1e3, 'KB']] as const) {
    if (bytes > unit) return `${withSeparators(toTenths(bytes / unit))} ${name}`;
  }
  return `${withSeparators(String(bytes))} B`;
}

/** `144 (576 B)`, or nothing where there are no elements. */
export function formatCount({ size, bytes }: Count): string {
  return size === 0 ? '' : `${withSeparators(String(size))} (${formatBytes(bytes)})`;
}
