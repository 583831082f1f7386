import { ArgumentError } from '@flaxon/tensor';

const describe = (value: unknown): string => (typeof value === 'string' ? JSON.stringify(value) : typeof value === 'function' ? 'a function' : String(value));

/** @throws ArgumentError where `options` has a name that is not among those known: an option that is misspelt would be without effect. */
export function checkOptions(operation: string, options: object, known: readonly string[]): void {
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown !== undefined) throw new ArgumentError(operation, unknown, `is not an option; those are ${known.join(', ')}`);
}

/** @throws ArgumentError where `value` is not a number. */
export function requireNumber(operation: string, argument: string, value: number): number {
  if (typeof value !== 'number' || Number.isNaN(value)) throw new ArgumentError(operation, argument, `must be a number, found ${describe(value)}`);
  return value;
}

/** @throws ArgumentError where one of `values` is not a number. */
export function requireNumbers(operation: string, values: Readonly<Record<string, number>>): void {
  for (const [argument, value] of Object.entries(values)) requireNumber(operation, argument, value);
}
