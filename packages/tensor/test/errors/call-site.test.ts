import { describe, expect, it } from 'vitest';
import * as fx from '../../src/index.js';
import type { Tensor } from '../../src/index.js';
import { findCallSite } from '../../src/errors/call-site.js';

const x = fx.zeros([2, 3]);

function wrongProduct(t: Tensor): Tensor {
  return fx.matmul(t, fx.zeros([2, 3]));
}

/** The error that `f` throws, of which the tests read the fields. */
function errorOf(f: () => unknown): fx.FlaxonError {
  try {
    f();
  } catch (error) {
    if (error instanceof fx.FlaxonError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('the call site of an error', () => {
  it("is the user's function that called the operation", () => {
    expect(errorOf(() => wrongProduct(x)).callSite).toMatch(/^wrongProduct \(\/.*\/call-site\.test\.ts:9:13\)$/);
  });
  it('is found below any number of transformations', () => {
    const nested = (t: Tensor): Tensor =>
      fx.vmap((row: Tensor) => fx.grad((u: Tensor) => fx.scan((c: Tensor, s: Tensor) => [fx.add(c, fx.sum(fx.checkpoint(wrongProduct)(fx.broadcastTo(s, [2, 3])))), null] as const, fx.sum(u), u)[0])(row))(t);
    const error = errorOf(() => nested(x));
    expect(error.callSite).toMatch(/^wrongProduct \(.*call-site\.test\.ts:9:13\)$/);
    expect(error.message).toMatch(/called at wrongProduct \(.*call-site\.test\.ts:9:13\)$/);
  });
  it('ends the message while a function is traced, and only then', () => {
    expect(errorOf(() => wrongProduct(x)).message).not.toContain('called at');
    expect(errorOf(() => fx.trace((t) => [wrongProduct(t!)], [x])).message).toMatch(/\n {4}called at wrongProduct/);
  });
  it('leaves the depth of other stacks as it was', () => {
    const before = Error.stackTraceLimit;
    errorOf(() => wrongProduct(x));
    expect(Error.stackTraceLimit).toBe(before);
  });
  it('is of no package of Flaxon, installed or not, and no code of the runtime', () => {
    const stack = [
      'Error: message',
      '    at bind (file:///app/node_modules/@flaxon/tensor/dist/program/bind.js:15:5)',
      '    at Dense.call (/app/node_modules/.pnpm/@flaxon+layers@1.0.0/node_modules/@flaxon/layers/dist/linear/dense.js:3:1)',
      '    at Array.map (<anonymous>)',
      '    at node:internal/modules/run:1:1',
      '    at async loss (file:///app/src/model.ts:12:5)',
      '    at main (file:///app/src/main.ts:1:1)',
    ];
    expect(findCallSite(stack.join('\n'))).toBe('loss (/app/src/model.ts:12:5)');
    expect(findCallSite(stack.slice(0, 5).join('\n'))).toBeUndefined();
  });
  it('is found in the stacks of other runtimes, and without a name', () => {
    expect(findCallSite('bind@https://host/node_modules/@flaxon/tensor/dist/bind.js:1:1\nloss@https://host/model.js:12:5\n')).toBe('loss (https://host/model.js:12:5)');
    expect(findCallSite('Error\n    at f (/home/me too/main (1).ts:1:2)')).toBe('f (/home/me too/main (1).ts:1:2)');
    expect(findCallSite('Error\n    at file:///app/main.ts:1:2')).toBe('/app/main.ts:1:2');
    expect(findCallSite('Error\n    at f (C:\\app\\main.ts:1:2)')).toBe('f (C:\\app\\main.ts:1:2)');
  });
});

describe('errors of operations name the function, the shapes, the dtypes and the axis', () => {
  it.each<[string, () => unknown, readonly RegExp[]]>([
    ['matmul', () => wrongProduct(x), [/matmul|dot/, /\(2, 3\), \(2, 3\)/]],
    ['add', () => fx.add(x, fx.zeros([4])), [/^add/, /\(2, 3\), \(4,\)/]],
    ['concatenate', () => fx.concatenate([x, fx.zeros([2, 2])], 0), [/^concatenate/, /\(2, 3\), \(2, 2\)/, /axis 0|other axes|axis/]],
    ['sum', () => fx.sum(x, { axis: 2 }), [/^sum/, /`axis`/, /-2 to 1/, /found 2/]],
    ['reshape', () => fx.reshape(x, [4]), [/^reshape/, /\(2, 3\)/, /\(4,\)/]],
    ['a dtype', () => fx.bind('sin', [fx.tensor([1])], {}), [/^sin/, /int32/]],
    ['where', () => fx.where(fx.zeros([5], 'bool'), x, x), [/^where/, /\(5,\)/, /\(2, 3\)/]],
  ])('%s', (_, f, parts) => {
    const eager = errorOf(f);
    for (const part of parts) expect(eager.message).toMatch(part);
    const traced = errorOf(() => fx.trace(() => { f(); return []; }, []));
    expect(traced.message).toContain(`${eager.message}\n    called at`);
  });
});
