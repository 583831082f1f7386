import { ones, random } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { CallShareScopeOnUnboundModuleError, InvalidInstanceModuleError, shareScope } from '../../src/index.js';
import { Dense, Scale } from '../layers.js';

describe('a class in the place of a module', () => {
  it.each(['init', 'apply', 'bind'] as const)('has no `%s`, which says how to make a module first', (operation) => {
    const call = (): unknown => Reflect.apply(Reflect.get(Dense, operation) as () => unknown, Dense, [random.key(0), [ones([1, 2])]]);
    expect(call).toThrow(InvalidInstanceModuleError);
    expect(call).toThrow(`Right: \`new Dense({ ... }).${operation}(...)\``);
  });

  it('does not compile', () => {
    // @ts-expect-error: a method of modules
    expect(() => Dense.init(random.key(0), [ones([1, 2])])).toThrow(InvalidInstanceModuleError);
    // @ts-expect-error: a method of modules
    expect(() => Dense.apply({}, [ones([1, 2])])).toThrow(InvalidInstanceModuleError);
  });
});

describe('shareScope', () => {
  it('names the modules that are unbound', () => {
    const inner = new Scale().bind({ params: {} });
    const run = (): unknown => shareScope(inner, new Dense({ features: 1 }));
    expect(run).toThrow(new CallShareScopeOnUnboundModuleError(['Dense']));
  });
});
