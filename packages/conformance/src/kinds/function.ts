import type { CaseOf, ComposeStep } from '../cases.js';
import { CaseFormatError } from '../errors.js';
import { type CaseFunction, runOnce } from '../executors/executor.js';
import { caseFunctions } from '../registry/case-functions.js';
import { callFunction } from '../registry/functions.js';
import { pullBack, transformFunction } from '../registry/transforms.js';
import { ModuleBuilder } from '../script/builder.js';
import { asArray, decodeTree, tensorsOf, type Value } from '../values.js';
import { check, type CaseContext } from './context.js';
import { expectError } from './expect-error.js';
import { floatingInPlace, floatingOf, replaceFloating } from './floating.js';

type FunctionCase = CaseOf<'function'>;

/** Runs a function of the library on given arguments: its result, and the vector-Jacobian product where there is one. */
export async function runFunctionCase(the: FunctionCase, context: CaseContext): Promise<void> {
  const { arrays, executor } = context;
  const args = the.args.map((arg) => decodeTree(arg, arrays));
  const f = the.compose === undefined ? namedFunction(the, context) : composedFunction(the, the.compose, context);
  if (the.error !== undefined) return expectError('call', the.error, () => runOnce(executor, f, args));

  check('output', await runOnce(executor, f, args), the.expect, the.tolerance, context);
  if (the.cotangent === undefined) return;
  const products: CaseFunction = (cotangent, ...inputs) => gradients(f, inputs, cotangent);
  check('grads', await runOnce(executor, products, [decodeTree(the.cotangent, arrays), ...args]), the.grads, the.tolerance, context);
}

/** The function that the case names, with its attributes: modules and keys among them in place. */
function namedFunction({ fn, attrs }: FunctionCase, context: CaseContext): CaseFunction {
  if (fn === undefined) throw new CaseFormatError('a function case needs `fn` or `compose`');
  const attributes = new ModuleBuilder(context).functionAttributes(attrs);
  const own = Object.hasOwn(caseFunctions, fn) ? caseFunctions[fn] : undefined;
  return (...inputs) => (own === undefined ? callFunction(context.library, fn, inputs, attributes) : own(inputs, attributes));
}

/** The steps left to right on one argument, wrapped by the transformations, the first name innermost. */
function composedFunction({ transform = [], tangents = [] }: FunctionCase, steps: readonly ComposeStep[], context: CaseContext): CaseFunction {
  const { arrays, library } = context;
  const calls = steps.map(({ fn, attrs = {}, with: others = [] }) => {
    const attributes = new ModuleBuilder(context).functionAttributes(attrs);
    const rest = others.map((other) => decodeTree(other, arrays));
    return (x: Value): Value => callFunction(library, fn, [x, ...rest], attributes);
  });
  const composed: CaseFunction = (x) => calls.reduce((value, call) => call(value), x);
  const moves = tangents.map((tangent) => decodeTree(tangent, arrays));
  return transform.reduce<CaseFunction>((f, name) => transformFunction(f, name, moves), composed);
}

/**
 * The product of `cotangent` and the Jacobian, one tree for each argument with null in the place of what is not floating.
 * The cotangent holds null in the place of outputs that are not floating.
 */
function gradients(f: CaseFunction, args: readonly Value[], cotangent: Value): Value {
  const products = pullBack((...floats) => floatingOf(f(...asArray(replaceFloating(args, floats), 'arguments'))), floatingOf(args), tensorsOf(cotangent));
  return floatingInPlace(args, products);
}
