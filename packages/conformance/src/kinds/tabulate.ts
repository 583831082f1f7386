import type { CaseOf } from '../cases.js';
import { MissingError } from '../errors.js';
import { makeFilter } from '../registry/filters.js';
import { isKey, makeKey, makeKeys } from '../registry/keys.js';
import { callMethod } from '../registry/module-api.js';
import { ModuleBuilder } from '../script/builder.js';
import { decodeTree, isObject, mapEntries, type Value } from '../values.js';
import { check, type CaseContext } from './context.js';

/**
 * Runs `tabulate` of a module and compares the table: `title`, `columns`, `rows`, `totals` and `caption`, each as the case
 * writes it. The summary computes nothing, so there is nothing to run on an executor.
 */
export async function runTabulateCase(the: CaseOf<'tabulate'>, context: CaseContext): Promise<void> {
  const { arrays } = context;
  const model = new ModuleBuilder(context).construct(the.module);
  if (typeof model !== 'object' || model === null || typeof Reflect.get(model, 'tabulate') !== 'function') throw new MissingError('tabulate');
  const args = the.args.map((arg) => decodeTree(arg, arrays));
  const kwargs = the.kwargs && mapEntries(the.kwargs, (value) => (isKey(value) ? makeKey(value, context) : decodeTree(value, arrays)));
  const table = callMethod(model, 'tabulate', [
    makeKeys(the.rngs, context),
    kwargs === undefined ? args : [...args, kwargs],
    {
      ...(the.method !== undefined && { method: the.method }),
      ...(the.initMutable !== undefined && { mutable: makeFilter(the.initMutable) }),
      ...(the.depth !== undefined && { depth: the.depth }),
      ...(the.showRepeated !== undefined && { showRepeated: the.showRepeated }),
    },
  ]);
  const shown = isObject(table) ? table : Object.fromEntries(Object.keys(the.expect).map((name) => [name, typeof table === 'object' && table !== null ? Reflect.get(table, name) : undefined]));
  check('table', mapEntries(the.expect, (_, name) => shown[name] as Value), the.expect, { mode: 'exact' }, context);
}
