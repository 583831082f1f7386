import { bytesPerElement, Tensor, tree } from '@flaxon/tensor';
import type { CallRecord } from '../module/running.js';
import { isCollection, type Collection, type Variables } from '../variables.js';
import { renderMarkdown, renderTerminal } from './render.js';
import { formatArguments, formatCount, formatValue, type Count } from './text.js';

/** What a summary shows of one module, each cell as text. */
export interface SummaryRow {
  /** The names from the outermost module joined with `/`; the outermost itself is `''`. */
  readonly path: string;
  /** The class, and the method in parentheses where it is not `call`. */
  readonly module: string;
  readonly inputs: string;
  readonly outputs: string;
  /** By collection, the module's own variables, then elements and bytes. */
  readonly collections: { readonly [collection: string]: string };
  /** By collection, what is counted for this row; of a row at the greatest depth shown also what its submodules have. */
  readonly counts: { readonly [collection: string]: Count };
}

export interface SummaryOptions {
  /** How deep modules are shown; those further in are counted in the last one shown. All by default. */
  readonly depth?: number;
  /** Whether a module that is called again, or by another method, gets a row for each call. */
  readonly showRepeated?: boolean;
}

/** A table of the modules that a method runs (Flax: `tabulate`), as data; `toString` gives it as text, `toMarkdown` as Markdown. */
export class ModuleSummary {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly SummaryRow[];
  /** By collection, the sum of the rows. */
  readonly totals: { readonly [collection: string]: Count & { readonly text: string } };
  readonly caption: string;

  constructor(className: string, rows: readonly SummaryRow[], collections: readonly string[]) {
    this.title = `${className} Summary`;
    this.columns = ['path', 'module', 'inputs', 'outputs', ...collections];
    this.rows = rows;
    this.totals = Object.fromEntries(collections.map((collection) => [collection, total(rows.map((row) => row.counts[collection]!))]));
    this.caption = `Total Parameters: ${formatCount(total(Object.values(this.totals)))}`;
  }

  /** A table for a terminal. */
  toString(): string {
    return renderTerminal(this);
  }

  toMarkdown(): string {
    return renderMarkdown(this);
  }
}

function total(counts: readonly Count[]): Count & { readonly text: string } {
  const count = counts.reduce<Count>((sum, { size, bytes }) => ({ size: sum.size + size, bytes: sum.bytes + bytes }), { size: 0, bytes: 0 });
  return { ...count, text: formatCount(count) };
}

function countOf(variables: unknown): Count {
  const tensors = tree.leaves<unknown>(variables as never).filter((leaf) => leaf instanceof Tensor);
  return total(tensors.map(({ size, dtype }) => ({ size, bytes: size * bytesPerElement(dtype) })));
}

/** The table of the calls that were recorded while `variables` were made. */
export function summarize(className: string, records: readonly CallRecord[], variables: Variables, options: SummaryOptions = {}): ModuleSummary {
  const collections = Object.keys(variables).sort();
  const { depth = Infinity, showRepeated = false } = options;
  const called = new Set(records.map(({ path }) => path.join('/')));
  const seen = new Set<string>();
  const rows: SummaryRow[] = [];
  for (const record of records) {
    const path = record.path.join('/');
    const isRepeated = seen.has(path);
    if (isRepeated ? !showRepeated : record.path.length > depth) continue;
    seen.add(path);
    rows.push(rowOf(record, isRepeated ? {} : variables, collections, called, record.path.length === depth));
  }
  return new ModuleSummary(className, rows, collections);
}

function rowOf(record: CallRecord, variables: Variables, collections: readonly string[], called: ReadonlySet<string>, countAll: boolean): SummaryRow {
  const texts: { [collection: string]: string } = {};
  const counts: { [collection: string]: Count } = {};
  for (const collection of collections) {
    const here = partAt(variables[collection] ?? {}, record.path);
    const own = Object.fromEntries(Object.entries(here).filter(([name]) => !called.has([...record.path, name].join('/'))));
    const count = countOf(countAll ? here : own);
    const parts = [formatValue(own), formatCount(count)];
    texts[collection] = parts[0] === '' ? parts[1]! : parts.join('\n\n');
    counts[collection] = { size: count.size, bytes: count.bytes };
  }
  return {
    path: record.path.join('/'),
    module: record.className + (record.method === 'call' ? '' : ` (${record.method})`),
    inputs: formatArguments(record.args),
    outputs: formatValue(record.output),
    collections: texts,
    counts,
  };
}

/** The part of a collection that belongs to a path. */
function partAt(collection: Collection, path: readonly string[]): Collection {
  let at: unknown = collection;
  for (const name of path) at = isCollection(at) && Object.hasOwn(at, name) ? at[name] : {};
  return isCollection(at) ? at : {};
}
