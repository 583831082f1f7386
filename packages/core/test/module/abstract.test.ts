import { add, eliminateDeadCode, matmul, mul, nameScope, ones, programCost, random, spec, trace, tree, type Tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { LazyInitError, mergeParam, MergeParamError, Module, tensorAt, VariablePathError, type Variables } from '../../src/index.js';
import { thrown } from '../errors.js';
import { Dense, pathsOf, shapeAt, valuesAt } from '../layers.js';

const key = random.key(0);

class Net extends Module.define({ depth: z.int() }) {
  call(x: Tensor, { repeat = 1 }: { repeat?: number } = {}): Tensor {
    let y = x;
    for (let i = 0; i < this.depth; i++) {
      const layer = new Dense({ features: 2 });
      for (let j = 0; j < repeat; j++) y = layer.call(y);
    }
    return y;
  }
}

describe('lazyInit', () => {
  it('gives the parameters of `init` from shapes alone', () => {
    const model = new Net({ depth: 2 });
    const lazy = model.lazyInit(key, [spec('float32', [1_000_000_000, 2]), { repeat: 2 }]);
    const real = model.init(key, [ones([1, 2]), { repeat: 2 }]);
    expect(pathsOf(lazy)).toEqual(pathsOf(real));
    expect(valuesAt(lazy, 'params/Dense_1/kernel')).toEqual(valuesAt(real, 'params/Dense_1/kernel'));
  });
  it('a variable that depends on the data is an error that names it', () => {
    class Depends extends Module.define({}) {
      call(x: Tensor): Tensor {
        return add(x, this.param('w', () => mul(x, 2)));
      }
    }
    expect(thrown(() => new Depends().lazyInit(key, [spec('float32', [2])]))).toMatchObject({ constructor: LazyInitError, path: 'params/w' });
  });
});

describe('initialising under a trace', () => {
  const model = new Net({ depth: 3 });
  const batch = spec('float32', [2 ** 20, 2]);
  const products = (made: (k: Tensor) => Variables): number => {
    const { program } = trace((k) => tree.leaves<Tensor>(made(k!)), [key]);
    return eliminateDeadCode(program).equations.filter(({ primitive }) => primitive === 'dot').length;
  };

  it('has no forward pass once what nobody reads is dropped', () => {
    expect(products((k) => model.lazyInit(k, [batch]))).toBe(0);
    expect(products((k) => model.init(k, [ones([1, 2])]))).toBe(0);
  });

  it('costs what drawing the parameters costs, however large the input', () => {
    const cost = (rows: number): number => {
      const { program } = trace((k) => tree.leaves<Tensor>(model.lazyInit(k!, [spec('float32', [rows, 2])])), [key]);
      return programCost(eliminateDeadCode(program)).flops;
    };
    expect(cost(2 ** 20)).toBe(cost(1));
    expect(cost(1)).toBeGreaterThan(0);
  });
});

describe('modulePaths', () => {
  it('gives the modules by path, each once, unbound', () => {
    const paths = new Net({ depth: 2 }).modulePaths(key, [spec('float32', [3, 2]), { repeat: 2 }]);
    expect(Object.keys(paths)).toEqual(['', 'Dense_0', 'Dense_1']);
    expect(paths['Dense_0']).toBeInstanceOf(Dense);
    expect(paths['Dense_0']!.scope).toBeUndefined();
  });
});

describe('in a traced function', () => {
  it('equations carry the path of their module', () => {
    const model = new Net({ depth: 2 });
    const variables = model.init(key, [ones([1, 2])]);
    const { program } = trace((x) => [nameScope('loss', () => matmul(model.apply(variables, [x]), ones([2, 2])))], [spec('float32', [1, 2])]);
    expect([...new Set(program.equations.map((equation) => equation.scope))]).toEqual(['loss/Dense_0', 'loss/Dense_1', 'loss']);
  });
});

describe('mergeParam', () => {
  it('takes the one that is given', () => {
    expect([mergeParam('a', 1, undefined), mergeParam('a', null, false), mergeParam('a', 0, null)]).toEqual([1, false, 0]);
  });
  it('neither or both are an error', () => {
    expect(thrown(() => mergeParam('rate', undefined, null))).toMatchObject({ constructor: MergeParamError, paramName: 'rate' });
    expect(() => mergeParam('rate', 1, 1)).toThrow(/both/);
  });
});

describe('tensorAt', () => {
  const variables = new Net({ depth: 1 }).init(key, [ones([1, 2])]);
  it('finds a tensor by its path', () => {
    expect(shapeAt(variables, 'params/Dense_0/kernel')).toEqual([2, 2]);
    expect(tensorAt([ones([3])], '0').shape).toEqual([3]);
  });
  it('says where the path ends, and suggests the nearest name', () => {
    expect(thrown(() => tensorAt(variables, 'params/Dense_0/kernal'))).toMatchObject({
      constructor: VariablePathError,
      at: 'params/Dense_0',
      message: expect.stringContaining('Did you mean "kernel"?') as unknown,
    });
    expect(() => tensorAt(variables, 'params/Dense_0')).toThrow(VariablePathError);
  });
});
