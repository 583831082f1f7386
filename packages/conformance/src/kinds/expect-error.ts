import { ConformanceError, MismatchError } from '../errors.js';
import { describe, type Value } from '../values.js';

/** Errors of Python itself: any error stands for them. */
const pythonErrors: ReadonlySet<string> = new Set(['ValueError', 'TypeError', 'ZeroDivisionError', 'NotImplementedError', 'AttributeError', 'KeyError', 'IndexError']);

/**
 * Runs what must throw the error of the class `name`. Errors of the runner (something missing, an executor that fails)
 * are never the expected ones. @throws MismatchError where it returns or throws another error.
 */
export async function expectError(what: string, name: string, run: () => Promise<Value>): Promise<void> {
  let result: Value;
  try {
    result = await run();
  } catch (error) {
    if (error instanceof ConformanceError) throw error;
    const found = error instanceof Error ? error.name : String(error);
    if (pythonErrors.has(name) || found === name) return;
    throw new MismatchError(what, `threw ${found} (${error instanceof Error ? error.message : ''}), want ${name}`);
  }
  throw new MismatchError(what, `returned ${describe(result)}, want the error ${name}`);
}
