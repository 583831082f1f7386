/** JSON from files that nobody trusts. */
import { CheckpointFormatError, type CheckpointFormat } from './errors.js';

const [quote, backslash, colon, space] = [0x22, 0x5c, 0x3a, 0x20];

/** Where the text that begins at `at` ends, past its quote. */
function endOfText(bytes: Uint8Array, at: number): number {
  let end = at + 1;
  while (bytes[end] !== quote) end += bytes[end] === backslash ? 2 : 1;
  return end + 1;
}

/** How many keys are written in bytes that have been parsed already: texts before a colon. */
function countWrittenKeys(bytes: Uint8Array): number {
  let count = 0;
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i] !== quote) continue;
    i = endOfText(bytes, i);
    while (bytes[i]! <= space) i++;
    if (bytes[i] === colon) count++;
    else i--;
  }
  return count;
}

/** How many keys the objects in `value` have. No recursion: it may be nested as deep as its bytes are many. */
function countKeys(value: unknown): number {
  let count = 0;
  const open: unknown[] = [value];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next !== 'object' || next === null) continue;
    const items = Object.values(next);
    if (!Array.isArray(next)) count += items.length;
    for (const item of items) open.push(item);
  }
  return count;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * What JSON bytes hold. `JSON.parse` keeps the last of equal keys, so keys are counted, and one that is gone is noticed.
 * @throws CheckpointFormatError where they are no JSON, or an object has a key twice; `what` is for its message
 */
export function parseJson(format: CheckpointFormat, what: string, bytes: Uint8Array): unknown {
  let parsed: unknown;
  try {
    parsed = JSON.parse(utf8.decode(bytes));
  } catch {
    throw new CheckpointFormatError(format, `has ${what} that is no JSON`);
  }
  if (countWrittenKeys(bytes) !== countKeys(parsed)) throw new CheckpointFormatError(format, `has ${what} with a name twice in one object`);
  return parsed;
}

/** A value of JSON that is an object, not a list. */
export const isJsonObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);
