import { formatSpec, Tensor } from '@flaxon/tensor';

/** A value as an error message shows it: short, whatever it is. */
export function describe(value: unknown): string {
  if (value instanceof Tensor) return `a tensor ${formatSpec(value)}`;
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'function') return `the function ${value.name === '' ? '(anonymous)' : value.name}`;
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === 'object') {
    const type = value.constructor?.name ?? 'Object';
    return type === 'Object' ? `an object with the keys ${Object.keys(value).slice(0, 6).join(', ') || '(none)'}` : `a ${type}`;
  }
  return String(value);
}
