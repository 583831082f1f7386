import { describe, expect, it } from 'vitest';

import { helpText, OptionsError, parseOptions } from '../src/options.js';

describe('parseOptions', () => {
  it('a folder is enough: the ten nearest pairs, by ONNX Runtime', () => {
    expect(parseOptions(['model'])).toEqual({ kind: 'run', options: { folder: 'model', top: 10, executor: 'onnx' } });
  });

  it('every option is taken, on either side of the folder', () => {
    const options = { folder: 'model', query: 'a b', sentences: 's.txt', top: 3, export: 'x.onnx', executor: 'eager' };
    expect(parseOptions(['--query', 'a b', '--sentences=s.txt', 'model', '--top', '3', '--export', 'x.onnx', '--executor', 'eager'])).toEqual({ kind: 'run', options });
  });

  it('--help asks for the help text, also without a folder', () => {
    expect(parseOptions(['--help', '--top', 'many'])).toEqual({ kind: 'help' });
  });

  it('no folder, or two, is an error that shows the usage', () => {
    expect(() => parseOptions([])).toThrow(OptionsError);
    expect(() => parseOptions([])).toThrow(/found none\.\nUsage: embeddings FOLDER/u);
    expect(() => parseOptions(['a', 'b'])).toThrow(/found a, b/u);
  });

  it('an unknown option is an error that lists the options', () => {
    expect(() => parseOptions(['model', '--quiet'])).toThrow(/'--quiet'.*\nThe options are --query, --sentences/u);
  });

  it.each([
    [['--top', '0'], /--top: "0" is less than 1/u],
    [['--top', 'x'], /--top: "x" is not a whole number/u],
    [['--executor', 'torch'], /--executor: "torch" is no executor; there are onnx, eager/u],
    [['--export', ''], /--export: "" is empty/u],
  ])('%j is an error that says what is expected', (args, message) => {
    expect(() => parseOptions(['model', ...args])).toThrow(message);
  });
});

it('the help text names every option', () => {
  const text = helpText();
  for (const name of ['FOLDER', '--query', '--sentences', '--top', '--export', '--executor', '--help']) expect(text).toContain(`  ${name}`);
});
