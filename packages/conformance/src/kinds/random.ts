import type { CaseOf } from '../cases.js';
import { runOnce } from '../executors/executor.js';
import { makeInitializer } from '../registry/initializers.js';
import { makeKey } from '../registry/keys.js';
import { callRandom } from '../registry/random.js';
import { asObject, asTensor, decodeTree, mapEntries, type Value, type ValueObject } from '../values.js';
import { check, type CaseContext } from './context.js';
import { expectError } from './expect-error.js';

const initializerPrefix = 'initializers.';

/** Runs a function of `random`, or an initializer; the key is an input, so that an executor cannot fold the draw away. */
export async function runRandomCase(the: CaseOf<'random'>, context: CaseContext): Promise<void> {
  const { arrays, library, executor } = context;
  const attributes = mapEntries(asObject(decodeTree(the.attrs, arrays), 'attrs'), exactInteger);
  const given = {
    ...attributes,
    ...(the.shape !== undefined && { shape: the.shape }),
    ...(the.dtype !== undefined && { dtype: the.dtype }),
  };
  const draw = (key: Value, named: Value): Value =>
    the.fn.startsWith(initializerPrefix) ? initialize(the, attributes, context, asTensor(key, 'key')) : callRandom(library, the.fn, asTensor(key, 'key'), asObject(named, 'attrs'));
  const run = (): Promise<Value> => runOnce(executor, draw, [makeKey(the.key, context), given]);
  if (the.error !== undefined) return expectError('draw', the.error, run);
  check('output', await run(), the.expect, the.tolerance, context);
}

function initialize(the: CaseOf<'random'>, attributes: ValueObject, { library }: CaseContext, key: ReturnType<typeof asTensor>): Value {
  const initializer = makeInitializer({ ...attributes, name: the.fn.slice(initializerPrefix.length) }, library);
  return Reflect.apply(initializer, undefined, [key, the.shape, the.dtype]) as Value;
}

/** Bounds beyond the integers that a number holds exactly are powers of two, which a bigint keeps as integers. */
const exactInteger = (value: Value): Value => (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value) ? BigInt(value) : value);
