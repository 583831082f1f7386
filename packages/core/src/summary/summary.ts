import { addCosts, bytesPerElement, noCost, Tensor, tree, type Cost, type ProgramCost } from '@flaxon/tensor';
import type { CallRecord } from '../module/running.js';
import { partAt, type Variables } from '../variables.js';
import type { CallCosts } from './call-costs.js';
import { renderMarkdown, renderTerminal } from './render.js';
import { formatArguments, formatBytes, formatCount, formatValue, type Count } from './text.js';

/** Which computations a cost is of: the method, or the method together with the gradient of its results by everything. */
export type Pass = 'forward' | 'gradient';

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
  /** What the calls that the row stands for take, submodules included; there where costs were asked for. */
  readonly costs?: { readonly [P in Pass]?: Cost };
}

export interface SummaryOptions {
  /** How deep modules are shown; those further in are counted in the last one shown. All by default. */
  readonly depth?: number;
  /** Whether a module that is called again, or by another method, gets a row for each call. */
  readonly showRepeated?: boolean;
  /**
   * A column `flops`: what the calls of a row take, counted as XLA counts them. Repeated calls that have no row of their own are in that of the first
   * call (Linen leaves them out).
   */
  readonly computeFlops?: boolean;
  /** A column `vjp_flops`: the same together with the gradient by variables and arguments. */
  readonly computeVjpFlops?: boolean;
  /** Columns of the bytes that the operations of a row write, and the greatest memory that a whole pass needs in the caption. */
  readonly computeMemory?: boolean;
  /** For costs, the sizes of symbolic dimensions: `{ batch: 32 }`. */
  readonly sizes?: { readonly [symbol: string]: number };
}

/** A column of costs. */
export interface CostColumn {
  readonly name: string;
  readonly pass: Pass;
  readonly text: (cost: Cost) => string;
}

/** The costs of both passes, as far as they were asked for, and what is shown of them. */
export interface Costs {
  readonly passes: { readonly [P in Pass]?: CallCosts };
  readonly columns: readonly CostColumn[];
}

const noCosts: Costs = { passes: {}, columns: [] };

/** The columns that options ask for. */
export function costColumns({ computeFlops = false, computeVjpFlops = false, computeMemory = false }: SummaryOptions): CostColumn[] {
  const flops = ({ flops: count }: Cost): string => String(count);
  const written = ({ bytesWritten }: Cost): string => formatBytes(bytesWritten);
  return [
    ...(computeFlops ? [{ name: 'flops', pass: 'forward', text: flops } as const] : []),
    ...(computeVjpFlops ? [{ name: 'vjp_flops', pass: 'gradient', text: flops } as const] : []),
    ...(computeMemory ? [{ name: 'activations', pass: 'forward', text: written } as const, { name: 'vjp_activations', pass: 'gradient', text: written } as const] : []),
  ];
}

/** A table of the modules that a method runs (Flax: `tabulate`), as data; `toString` gives it as text, `toMarkdown` as Markdown. */
export class ModuleSummary {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly SummaryRow[];
  /** By collection, the sum of the rows. */
  readonly totals: { readonly [collection: string]: Count & { readonly text: string } };
  readonly caption: string;
  /** What each pass takes in total, of those asked for. */
  readonly costs: { readonly [P in Pass]?: ProgramCost };
  readonly #costColumns: readonly CostColumn[];

  constructor(className: string, rows: readonly SummaryRow[], collections: readonly string[], { passes, columns }: Costs = noCosts) {
    this.title = `${className} Summary`;
    this.columns = ['path', 'module', 'inputs', 'outputs', ...columns.map(({ name }) => name), ...collections];
    this.rows = rows;
    this.totals = Object.fromEntries(collections.map((collection) => [collection, total(rows.map((row) => row.counts[collection]!))]));
    this.costs = totalCosts(passes);
    this.#costColumns = columns;
    this.caption = [`Total Parameters: ${formatCount(total(Object.values(this.totals)))}`, ...costLines(this.costs, columns)].join('\n');
  }

  /** The cells of a row in the order of the columns, each as text. */
  cells(row: SummaryRow): string[] {
    const costs = this.#costColumns.map(({ pass, text }) => text(row.costs?.[pass] ?? noCost));
    return [row.path, row.module, row.inputs, row.outputs, ...costs, ...Object.keys(this.totals).map((name) => row.collections[name] ?? '')];
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

function totalCosts(passes: Costs['passes']): ModuleSummary['costs'] {
  const { forward, gradient } = passes;
  return { ...(forward !== undefined && { forward: forward.total }), ...(gradient !== undefined && { gradient: gradient.total }) };
}

function costLines({ forward, gradient }: ModuleSummary['costs'], columns: readonly CostColumn[]): string[] {
  const peaks = columns.some(({ name }) => name === 'activations');
  const loops = Math.max(forward?.unknownLoops ?? 0, gradient?.unknownLoops ?? 0);
  return [
    ...(peaks ? [`Peak Memory: ${formatBytes(forward?.peakBytes ?? 0)}, with the gradient ${formatBytes(gradient?.peakBytes ?? 0)}`] : []),
    ...(loops > 0 ? [`Of ${loops === 1 ? 'a loop' : `${loops} loops`} of unknown length one step is counted.`] : []),
  ];
}

/** The table of the calls that were recorded while `variables` were made. */
export function summarize(className: string, records: readonly CallRecord[], variables: Variables, options: SummaryOptions = {}, costs: Costs = noCosts): ModuleSummary {
  const collections = Object.keys(variables).sort();
  const { depth = Infinity, showRepeated = false } = options;
  const called = new Set(records.map(({ path }) => path.join('/')));
  const costOf = rowCosts(records, costs, showRepeated);
  const seen = new Set<string>();
  const rows: SummaryRow[] = [];
  for (const record of records) {
    const path = record.path.join('/');
    const isRepeated = seen.has(path);
    if (isRepeated ? !showRepeated : record.path.length > depth) continue;
    seen.add(path);
    const row = rowOf(record, isRepeated ? {} : variables, collections, called, record.path.length === depth);
    rows.push(costs.columns.length === 0 ? row : { ...row, costs: costOf(record) });
  }
  return new ModuleSummary(className, rows, collections, costs);
}

/** The costs of a row: of its call, or of all calls on its path that are not made by one of them. */
function rowCosts(records: readonly CallRecord[], { passes }: Costs, showRepeated: boolean): (record: CallRecord) => NonNullable<SummaryRow['costs']> {
  const occurrences = occurrencesOf(records);
  const inPass = (calls: CallCosts, record: CallRecord): Cost => {
    const one = (call: CallRecord): Cost => calls.of(call.path, call.method, occurrences.get(call)!);
    if (showRepeated) return one(record);
    return records.filter((call) => isSamePath(call, record) && !isInsideItself(call)).map(one).reduce(addCosts, noCost);
  };
  const { forward, gradient } = passes;
  return (record) => ({ ...(forward !== undefined && { forward: inPass(forward, record) }), ...(gradient !== undefined && { gradient: inPass(gradient, record) }) });
}

/** How many calls of the same method on the same path there were before. */
function occurrencesOf(records: readonly CallRecord[]): Map<CallRecord, number> {
  const counts = new Map<string, number>();
  return new Map(
    records.map((record) => {
      const key = [...record.path, record.method].join('\0');
      const before = counts.get(key) ?? 0;
      counts.set(key, before + 1);
      return [record, before];
    }),
  );
}

const isSamePath = (a: CallRecord, b: CallRecord): boolean => a.path.join('\0') === b.path.join('\0');

/** Whether a method of the same module is running around the call: its cost has this one in it. */
function isInsideItself(call: CallRecord): boolean {
  for (let at = call.caller; at !== undefined; at = at.caller) if (isSamePath(at, call)) return true;
  return false;
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
