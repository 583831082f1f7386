import type { ModuleCase } from '../cases.js';
import type { Tolerance } from '../compare.js';
import { CaseFormatError } from '../errors.js';
import { asArray, asObject, decodeTree, type Value } from '../values.js';
import { CaseModel } from './case-model.js';
import { check, type CaseContext } from './context.js';
import { expectError } from './expect-error.js';

const defaultTolerance: Tolerance = { mode: 'close', rtol: 1e-5, atol: 1e-6 };

/** Runs a module: its initial variables, its output, what it updates, its gradients, or the error that it must throw. */
export async function runModuleCase(the: ModuleCase, context: CaseContext): Promise<void> {
  const tolerance = the.tolerance ?? defaultTolerance;
  const model = new CaseModel(the, context);
  if (the.error !== undefined && the.errorIn !== 'apply') return expectError('init', the.error, () => model.init());
  if (the.variables !== undefined) checkVariables(await model.init(), the.variables, the.initTolerance ?? tolerance, tolerance, context);
  if (the.error !== undefined) return expectError('apply', the.error, () => model.apply());

  const result = await model.apply();
  checkResult('apply', result, the.output, the.updates, tolerance, context);
  await checkSequence(the, model, result, tolerance, context);
  if (the.normalisation !== undefined) {
    const { machinePow, sum } = the.normalisation;
    const output = the.updates === undefined ? result : pairOf(result)[0];
    check('normalisation', await model.totalProbability(output, machinePow), sum, tolerance, context);
  }
  if (the.grads !== undefined) check('grads', await model.gradients(Object.keys(the.grads)), the.grads, the.gradTolerance ?? tolerance, context);
}

/** `params` by `initTolerance`, the other collections by the tolerance of the outputs. */
export function checkVariables(got: Value, want: Readonly<Record<string, unknown>>, initTolerance: Tolerance, tolerance: Tolerance, context: CaseContext): void {
  const isParams = ([name]: readonly [string, unknown]): boolean => name === 'params';
  const part = (variables: object, params: boolean): Record<string, Value> =>
    Object.fromEntries(Object.entries(variables).filter((entry) => isParams(entry) === params));
  const found = asObject(got, 'variables');
  check('init', part(found, true), part(want, true), initTolerance, context);
  check('init', part(found, false), part(want, false), tolerance, context);
}

/** With mutable collections, or captured intermediates, the result is a pair. */
function checkResult(what: string, result: Value, output: unknown, updates: unknown, tolerance: Tolerance, context: CaseContext): void {
  if (updates === undefined) return check(`${what}: output`, result, output ?? null, tolerance, context);
  const [y, updated] = pairOf(result);
  check(`${what}: output`, y, output ?? null, tolerance, context);
  check(`${what}: updates`, updated, updates, tolerance, context);
}

function pairOf(result: Value): readonly [Value, Value] {
  const pair = asArray(result, 'the result of apply with mutable collections');
  if (pair.length !== 2) throw new CaseFormatError(`apply with mutable collections gives a pair, found ${pair.length} results`);
  return [pair[0], pair[1]];
}

/** Further calls, each with the collections that the one before updated; the others stay. */
async function checkSequence(the: ModuleCase, model: CaseModel, first: Value, tolerance: Tolerance, context: CaseContext): Promise<void> {
  const variables = { ...model.variables };
  let result = first;
  for (const [i, step] of (the.sequence ?? []).entries()) {
    Object.assign(variables, asObject(pairOf(result)[1], 'updates'));
    result = await model.apply({ variables, args: step.args.map((arg) => decodeTree(arg, context.arrays)) });
    checkResult(`call ${i + 2} of the sequence`, result, step.output, step.updates, tolerance, context);
  }
}
