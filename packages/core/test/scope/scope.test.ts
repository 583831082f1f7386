import { initializers, matmul, nameScope, ones, random, tensor, type Tensor, trace, zeros, zerosLike, add } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import {
  applyScope,
  ApplyScopeInvalidVariablesStructureError,
  ApplyScopeInvalidVariablesTypeError,
  bindScope,
  DenyList,
  initScope,
  InvalidFilterError,
  InvalidNameError,
  InvalidRngError,
  InvalidScopeError,
  LazyRng,
  ModifyScopeVariableError,
  NameInUseError,
  ScopeCollectionNotFound,
  ScopeParamNotFoundError,
  ScopeParamShapeError,
  ScopeVariableNotFoundError,
  tensorAt,
  type Filter,
  type Scope,
  type Variables,
} from '../../src/index.js';
import { thrown } from '../errors.js';
import { pathsOf, shapeAt, valuesAt, wordsOf } from '../layers.js';

const key = random.key(0);
const one = (): Tensor => ones([]);
const param = (scope: Scope, name: string, shape: readonly number[] = [2]): Tensor => scope.param(name, (k) => initializers.normal()(k, shape), shape);

describe('random keys', () => {
  it('the first key of a scope has its path and the count 1 folded in', () => {
    initScope((scope) => {
      expect(wordsOf(scope.makeRng())).toEqual(wordsOf(new LazyRng(key, [1]).materialize()));
      expect(wordsOf(scope.push('foo').makeRng())).toEqual([601453486, 3551201600]);
      expect(wordsOf(scope.push('Dense_0').makeRng())).toEqual([3043437727, 3662875008]);
    }, key);
  });
  it('every key of a stream has the next count', () => {
    initScope((scope) => {
      const words = [1, 2, 3, 4].map(() => wordsOf(scope.makeRng()));
      expect(words).toEqual([
        [1428664606, 3351135085],
        [3456700291, 3873160899],
        [2411773124, 4124888837],
        [4278980902, 1922873063],
      ]);
    }, key);
  });
  it('streams count for themselves', () => {
    initScope((scope) => {
      scope.makeRng('params');
      expect(wordsOf(scope.makeRng('noise'))).toEqual(wordsOf(new LazyRng(random.key(1), [1]).materialize()));
    }, { params: key, noise: random.key(1) });
  });
  it('a stream that was not given takes the key and the count of `params`', () => {
    initScope((scope) => {
      const drawn = [scope.makeRng('noise'), scope.makeRng('params'), scope.makeRng('other')].map(wordsOf);
      expect(drawn).toEqual([1, 2, 3].map((count) => wordsOf(new LazyRng(key, [count]).materialize())));
      expect(scope.hasRng('noise')).toBe(false);
      expect(scope.hasRng('params')).toBe(true);
    }, key);
  });
  it('without the stream and without `params` there is no key', () => {
    const error = thrown(() => applyScope((scope) => scope.push('a').makeRng('noise'), {}, { rngs: { dropout: key } }));
    expect(error).toBeInstanceOf(InvalidRngError);
    expect(error).toMatchObject({ stream: 'noise', path: '/a' });
  });
  it('a rewound scope goes on counting, unless it is told to begin again', () => {
    initScope((scope) => {
      scope.makeRng();
      expect(wordsOf(scope.rewound().makeRng())).toEqual(wordsOf(new LazyRng(key, [2]).materialize()));
      expect(wordsOf(scope.rewound({ rewindRngs: true }).makeRng())).toEqual(wordsOf(new LazyRng(key, [1]).materialize()));
    }, key);
  });
  it('a scope that is entered again goes on counting', () => {
    initScope((scope) => {
      scope.push('a').makeRng();
      expect(wordsOf(scope.rewound().push('a').makeRng())).toEqual(wordsOf(new LazyRng(key, ['a', 2]).materialize()));
    }, key);
  });
  it('`keyDerivation: "separated"` keeps paths apart that Flax hashes alike', () => {
    const keysOf = (keyDerivation: 'flax' | 'separated'): number[][] =>
      applyScope((scope) => [scope.push('ab').push('cdef').makeRng(), scope.push('abc').push('def').makeRng()], {}, { rngs: key, keyDerivation }).map(wordsOf);
    const [a, b] = keysOf('flax');
    expect(a).toEqual(b);
    const [c, d] = keysOf('separated');
    expect(c).not.toEqual(d);
  });
});

describe('names', () => {
  it('two variables may share a name in different collections', () => {
    const [, variables] = initScope((scope) => {
      scope.variable('state', 'x', one);
      scope.variable('cache', 'x', one);
    }, key);
    expect(pathsOf(variables)).toEqual(['cache/x', 'state/x']);
  });
  it('a name is taken once in a collection', () => {
    const error = thrown(() => initScope((scope) => (param(scope, 'x'), param(scope, 'x')), key));
    expect(error).toBeInstanceOf(NameInUseError);
    expect(error).toMatchObject({ kind: 'param', takenName: 'x' });
  });
  it('an inner scope shares its name with nothing', () => {
    expect(thrown(() => initScope((scope) => (param(scope, 'x'), scope.push('x')), key))).toMatchObject({ kind: 'submodule' });
    expect(thrown(() => initScope((scope) => (scope.push('x'), scope.variable('state', 'x', one)), key))).toMatchObject({ kind: 'variable' });
    expect(thrown(() => initScope((scope) => (scope.push('x'), scope.push('x')), key))).toBeInstanceOf(NameInUseError);
  });
  it('rewinding frees the names', () => {
    initScope((scope) => {
      scope.push('x');
      expect(scope.nameReserved('x')).toBe(true);
      expect(scope.rewound().nameReserved('x')).toBe(false);
    }, key);
  });
  it('the default name has the first free number', () => {
    initScope((scope) => {
      expect(scope.defaultName('x')).toBe('x0');
      scope.push('x0');
      scope.variable('state', 'x1', one);
      expect(scope.defaultName('x')).toBe('x2');
    }, key);
  });
  it('names that plain objects treat specially are ordinary names, except the one that cannot be', () => {
    const [, variables] = initScope((scope) => [param(scope, 'constructor'), param(scope, 'toString'), param(scope.push('valueOf'), 'hasOwnProperty')], key);
    expect(pathsOf(variables)).toEqual(['params/constructor', 'params/toString', 'params/valueOf/hasOwnProperty']);
    expect(() => initScope((scope) => param(scope, '__proto__'), key)).toThrow(InvalidNameError);
  });
});

describe('parameters', () => {
  const dense = (scope: Scope, x: Tensor, features = 3): Tensor => matmul(x, param(scope, 'kernel', [x.staticShape().at(-1)!, features]));
  const x = ones([1, 4]);

  it('are made by `init` and found by `apply`', () => {
    const [y, variables] = initScope((scope) => dense(scope, x), key);
    expect(shapeAt(variables, 'params/kernel')).toEqual([4, 3]);
    expect(applyScope((scope) => dense(scope, x), variables).toArray()).toEqual(y.toArray());
  });
  it('must have the declared shape, which is checked without running the initializer', () => {
    let runs = 0;
    const f = (scope: Scope): Tensor => scope.param('w', () => (runs++, ones([2])), [2]);
    expect(thrown(() => applyScope(f, { params: { w: ones([3]) } }))).toBeInstanceOf(ScopeParamShapeError);
    expect(thrown(() => applyScope((scope) => f(scope.push('a').push('b')), { params: { a: { b: { w: ones([3]) } } } }))).toMatchObject({
      paramName: 'w',
      path: '/a/b',
      expected: [2],
      found: [3],
    });
    applyScope(f, { params: { w: ones([2]) } });
    expect(runs).toBe(0);
  });
  it('may have another dtype than a new one would have', () => {
    expect(applyScope((scope) => param(scope, 'w'), { params: { w: ones([2], 'float64') } }).dtype).toBe('float64');
  });
  it('that are missing name the scope and the nearest name', () => {
    const error = thrown(() => applyScope((scope) => param(scope.push('a'), 'kernel'), { params: { a: { kernal: ones([2]) } } }));
    expect(error).toBeInstanceOf(ScopeParamNotFoundError);
    expect(error).toMatchObject({ paramName: 'kernel', path: '/a', found: ['kernal'], message: expect.stringContaining('Did you mean "kernal"?') as unknown });
  });
  it('are looked for in a collection that is there', () => {
    for (const variables of [{}, { params: {} }, { state: { a: ones([]) } }]) {
      expect(thrown(() => applyScope((scope) => param(scope, 'w'), variables))).toBeInstanceOf(ScopeCollectionNotFound);
    }
  });
  it('that are missing are made where `params` is mutable', () => {
    const [, updates] = applyScope((scope) => [param(scope, 'a'), param(scope, 'b')], { params: { a: ones([2]) } }, { rngs: key, mutable: ['params'] });
    expect(pathsOf(updates)).toEqual(['params/a', 'params/b']);
    expect(valuesAt(updates, 'params/a')).toEqual([1, 1]);
  });
  it('that would have to be made need a key', () => {
    expect(() => applyScope((scope) => param(scope, 'w'), {}, { mutable: true })).toThrow(InvalidRngError);
  });
  it('may be any tree', () => {
    const f = (scope: Scope): { a: Tensor; b: Tensor[] } => scope.param('w', () => ({ a: ones([2]), b: [zeros([1])] }));
    const [, variables] = initScope(f, key);
    expect(pathsOf(variables)).toEqual(['params/w/a', 'params/w/b']);
    expect(applyScope(f, variables).b[0]!.toArray()).toEqual([0]);
  });
  it('a tensor in the place of an inner scope holds no parameters', () => {
    expect(() => applyScope((scope) => param(scope.push('a'), 'w'), { params: { a: ones([2]) } })).toThrow(ScopeParamNotFoundError);
  });
});

describe('variables', () => {
  it('are references: what is written is read, here and in the root', () => {
    const [, variables] = initScope((scope) => {
      const count = scope.push('a').variable<Tensor>('state', 'count', one);
      count.value = add(count.value, 1);
      expect(count.value.item()).toBe(2);
      expect(valuesAt(scope.variables(), 'state/a/count')).toBe(2);
    }, key);
    expect(valuesAt(variables, 'state/a/count')).toBe(2);
  });
  it('know whether they are mutable', () => {
    const variables = { state: { a: one() }, cache: { a: one() } };
    applyScope((scope) => {
      expect(scope.variable('state', 'a').isMutable).toBe(true);
      expect(scope.variable('cache', 'a').isMutable).toBe(false);
    }, variables, { mutable: 'state' });
  });
  it('of an immutable collection cannot be written', () => {
    const error = thrown(() => applyScope((scope) => scope.push('m').putVariable('state', 'test', one()), {}));
    expect(error).toBeInstanceOf(ModifyScopeVariableError);
    expect(error).toMatchObject({ collection: 'state', variableName: 'test', path: '/m' });
  });
  it('without an initializer must exist', () => {
    expect(() => initScope((scope) => scope.variable('state', 'x'), key)).toThrow(ScopeCollectionNotFound);
    const variables = { state: { y: one() } };
    expect(thrown(() => applyScope((scope) => scope.variable('state', 'x'), variables, { mutable: true }))).toMatchObject({ variableName: 'x', found: ['y'] });
    expect(() => applyScope((scope) => scope.variable('state', 'x', one), variables)).toThrow(ScopeVariableNotFoundError);
    expect(applyScope((scope) => scope.variable('state', 'y').value, variables)).toBe(variables.state.y);
  });
  it('have in the result of init what the function wrote, not what the initializer made', () => {
    const [, made] = initScope((scope) => {
      scope.variable<Tensor>('state', 'n', () => ones([])).value = zeros([]);
    }, key);
    expect((made['state']!['n'] as Tensor).item()).toBe(0);
  });
  it('are not checked for their shape', () => {
    expect(applyScope((scope) => scope.variable<Tensor>('state', 'x', one).value, { state: { x: ones([3]) } }).shape).toEqual([3]);
  });
  it('an object that is put is merged into the one that is there, which inner scopes go on seeing', () => {
    const [, variables] = initScope((scope) => {
      const inner = scope.push('a');
      inner.putVariable('state', 'x', tensor([1]));
      scope.putVariable('state', 'a', { x: tensor([2]), y: tensor([3]) });
      expect(valuesAt({ state: scope.variables()['state']! }, 'state/a/x')).toEqual([2]);
      expect(inner.getVariable('state', 'x')).toBe(tensorAt(scope.variables(), 'state/a/x'));
      inner.putVariable('state', 'x', tensor([4]));
    }, key);
    expect(valuesAt(variables, 'state/a/x')).toEqual([4]);
    expect(valuesAt(variables, 'state/a/y')).toEqual([3]);
  });
  it('that do not exist are undefined', () => {
    applyScope((scope) => {
      expect(scope.hasVariable('state', 'x')).toBe(false);
      expect(scope.getVariable('state', 'x')).toBeUndefined();
      expect(scope.push('a').getVariable('state', 'toString')).toBeUndefined();
    }, { state: { y: one() } });
  });
});

describe('apply', () => {
  const touch = (scope: Scope): void => {
    const count = scope.variable<Tensor>('state', 'count', one);
    if (count.isMutable) count.value = add(count.value, 1);
  };

  it('never writes to the objects of its caller', () => {
    const inner = Object.freeze({ count: one() });
    const variables: Variables = Object.freeze({ state: Object.freeze({ a: inner }), params: Object.freeze({ w: ones([2]) }) });
    const [, updates] = applyScope((scope) => touch(scope.push('a')), variables, { mutable: ['state'] });
    expect(valuesAt(updates, 'state/a/count')).toBe(2);
    expect(inner.count.item()).toBe(1);
  });
  it('shares immutable collections and copies mutable ones, but never tensors', () => {
    const variables = { state: { count: one() }, params: { w: ones([2]) } };
    applyScope((scope) => {
      expect(scope.root.collections['params']).toBe(variables.params);
      expect(Object.is(scope.root.collections['state'], variables.state)).toBe(false);
      expect(scope.getVariable('state', 'count')).toBe(variables.state.count);
    }, variables, { mutable: 'state' });
  });
  it('returns the collections that match `mutable`, written or not, and none that never came to be', () => {
    const variables = { state: { count: one() }, params: { w: ones([2]) }, cache: {} };
    expect(applyScope(() => 7, variables)).toBe(7);
    expect(applyScope(() => 7, variables, { mutable: false })).toBe(7);
    const updatesFor = (mutable: Filter): string[] => {
      const result = applyScope(() => 7, variables, { mutable });
      return typeof result === 'number' ? [] : Object.keys(result[1]);
    };
    expect(applyScope(() => 7, variables, { mutable: [] })).toEqual([7, {}]);
    expect(updatesFor(['state', 'cache', 'other'])).toEqual(['state', 'cache']);
    expect(updatesFor(new DenyList('params'))).toEqual(['state', 'cache']);
    expect(updatesFor(true)).toEqual(['state', 'params', 'cache']);
  });
  it('rejects variables that are no object of collections', () => {
    for (const wrong of [ones([2]), [ones([2])], null, 3]) expect(() => applyScope(() => 0, wrong as never)).toThrow(ApplyScopeInvalidVariablesTypeError);
    expect(thrown(() => applyScope(() => 0, { kernel: ones([2]) } as never))).toMatchObject({ collection: 'kernel' });
  });
  it('recognises a layer of `params` too many', () => {
    expect(() => applyScope(() => 0, { params: { params: { w: ones([2]) } } })).toThrow(ApplyScopeInvalidVariablesStructureError);
  });
  it('rejects a filter that is none, before it runs anything', () => {
    expect(() => applyScope(() => expect.unreachable(), {}, { mutable: 3 as never })).toThrow(InvalidFilterError);
  });
  it('a scope is of no use once its function has returned', () => {
    let leaked: Scope | undefined;
    applyScope((scope) => void (leaked = scope.push('a')), { params: { a: { w: ones([2]) } } }, { rngs: key });
    for (const use of [() => param(leaked!, 'w'), () => leaked!.makeRng(), () => leaked!.push('b'), () => leaked!.hasVariable('params', 'w')]) {
      expect(thrown(use)).toMatchObject({ constructor: InvalidScopeError, path: '/a' });
    }
  });
  it('a scope is of no use once its function has thrown', () => {
    let leaked: Scope | undefined;
    const failing = (scope: Scope): never => {
      leaked = scope;
      throw new Error('on purpose');
    };
    expect(() => applyScope(failing, {})).toThrow('on purpose');
    expect(() => leaked!.push('a')).toThrow(InvalidScopeError);
  });
  it('a bound scope stays valid and keeps what is written', () => {
    const scope = bindScope({ state: { count: one() } }, { mutable: ['state'] });
    touch(scope);
    touch(scope.rewound());
    expect(valuesAt(scope.mutableVariables(), 'state/count')).toBe(3);
  });
});

describe('init', () => {
  it('says so to the scope', () => {
    initScope((scope) => expect(scope.push('a').isInitializing).toBe(true), key);
    applyScope((scope) => expect(scope.isInitializing).toBe(false), {});
  });
  it('makes the collections that match `mutable`, all of them by default', () => {
    const f = (scope: Scope): void => void [param(scope, 'w'), scope.variable('state', 'x', one)];
    expect(pathsOf(initScope(f, key)[1])).toEqual(['params/w', 'state/x']);
    expect(() => initScope(f, key, { mutable: ['params'] })).toThrow(ScopeCollectionNotFound);
  });
  it('needs keys', () => {
    expect(() => initScope(() => 0, undefined as never)).toThrow(InvalidRngError);
    expect(() => initScope(() => 0, 3 as never)).toThrow(InvalidRngError);
    expect(initScope(() => 0, {})).toEqual([0, {}]);
  });
});

describe('inner scopes', () => {
  it('a child function reuses its variables on every call', () => {
    const f = (scope: Scope, x: Tensor): Tensor => add(x, param(scope, 'w'));
    const [, variables] = initScope((scope) => {
      const child = scope.child(f, { prefix: 'f_' });
      child(child(ones([2])));
      scope.child(f, { prefix: 'f_' })(ones([2]));
      scope.child(f, { name: 'g' })(ones([2]));
    }, key);
    expect(pathsOf(variables)).toEqual(['params/f_0/w', 'params/f_1/w', 'params/g/w']);
  });
  it('carry their path into the equations that are made in them', () => {
    const { program } = trace((x) => {
      const f = (scope: Scope): Tensor => scope.child((inner) => add(x, param(inner, 'w')), { name: 'a' })();
      return [nameScope('step', () => applyScope(f, { params: { a: { w: ones([2]) } } }))];
    }, [{ shape: [2], dtype: 'float32' }]);
    expect(program.equations.map((equation) => equation.scope)).toEqual(['step/a']);
  });
  it('give traced variables back as they are', () => {
    trace((x) => {
      const variables = { params: { w: x } };
      expect(applyScope((scope) => param(scope, 'w'), variables)).toBe(x);
      expect(applyScope((scope) => zerosLike(scope.variable<Tensor>('params', 'w').value), variables).shape).toEqual([2]);
      return [];
    }, [{ shape: [2], dtype: 'float32' }]);
  });
});
