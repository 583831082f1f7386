import { describe, expect, it } from 'vitest';
import { disagreements, formatKnownMissing, knownMissingOf } from '../src/known-missing.js';
import type { Result, Status } from '../src/run.js';

const result = (id: string, status: Status, suite = 'functions'): Result => ({ suite, id, status, milliseconds: 1, ...(status === 'failed' && { reason: 'missing: norm' }) });

const results = [result('norm/a', 'failed'), result('norm/b', 'failed'), result('unary/exp', 'passed'), result('unary/log/x', 'failed'), result('opt/c', 'skipped')];

describe('the list of what is known to fail', () => {
  it('names a group as a whole where all of its cases fail', () => {
    expect(knownMissingOf(results)).toEqual({ functions: { norm: '*', unary: ['log/x'] } });
  });

  it('agrees with the results it was made of', () => {
    expect(disagreements(results, knownMissingOf(results), ['functions'])).toEqual([]);
  });

  it('reports a failure that is not listed, with its reason', () => {
    expect(disagreements([...results, result('unary/sin', 'failed')], knownMissingOf(results), ['functions'])).toEqual(['functions/unary/sin fails: missing: norm']);
  });

  it('reports a listed case that passes, also one of a group listed as a whole', () => {
    const better = [result('norm/a', 'passed'), result('norm/b', 'failed'), result('unary/log/x', 'passed')];
    expect(disagreements(better, knownMissingOf(results), ['functions'])).toEqual([
      'functions/norm/a passed: remove it from the list',
      'functions/unary/log/x passed: remove it from the list',
    ]);
  });

  it('reports a listed case that does not exist, in the suites that were run', () => {
    const known = { functions: { gone: ['x'] }, random: { gone: '*' } } as const;
    expect(disagreements([], known, ['functions'])).toEqual(['functions/gone/x is no case: remove it from the list']);
    expect(disagreements([], known, ['random'])).toEqual(['random/gone/* is no case: remove it from the list']);
  });

  it('is written with a line for each group, sorted, and reads back', () => {
    const known = { random: { a: ['2', '1'] }, functions: { z: '*', b: '*' } } as const;
    expect(formatKnownMissing(known)).toBe('{\n  "functions": {\n    "b": "*",\n    "z": "*"\n  },\n  "random": {\n    "a": ["2","1"]\n  }\n}\n');
    expect(JSON.parse(formatKnownMissing(known))).toEqual(known);
    expect(formatKnownMissing({})).toBe('{}\n');
  });
});
