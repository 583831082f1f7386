import { add, exp, less, matmul, mul, ones, random, relu, spec, sum, tanh, whileLoop, type Tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { lift, Module, type ModuleSummary } from '../../src/index.js';
import { Dense, Scale } from '../layers.js';

const key = random.key(0);
const both = { computeFlops: true, computeVjpFlops: true } as const;
const cells = (summary: ModuleSummary, ...columns: readonly string[]): string[][] =>
  summary.rows.map((row) => columns.map((name) => summary.cells(row)[summary.columns.indexOf(name)]!));

class TwoLayers extends Module.define({}) {
  call(x: Tensor): Tensor {
    return new Dense({ features: 2 }).call(new Dense({ features: 4 }, { name: 'first' }).call(x));
  }
}

describe('tabulate: FLOPs', () => {
  it('agrees with the table in the documentation of Linen', () => {
    // flax.linen.tabulate, 0.12.8, the example Foo: Dense(4), Dense(2) on float32[16,9].
    const summary = new TwoLayers().tabulate(key, [ones([16, 9])], both);
    expect(summary.columns).toEqual(['path', 'module', 'inputs', 'outputs', 'flops', 'vjp_flops', 'params']);
    expect(cells(summary, 'path', 'flops', 'vjp_flops')).toEqual([
      ['', '1504', '4460'],
      ['first', '1216', '3620'],
      ['Dense_0', '288', '840'],
    ]);
  });

  it('computes nothing, and takes shapes for inputs', () => {
    const huge = new Dense({ features: 2 ** 15 }).tabulate(key, [spec('float32', [2 ** 20, 2 ** 15])], { computeFlops: true });
    expect(huge.costs.forward?.flops).toBe(2 * 2 ** 50 + 2 ** 35);
  });

  it('asks for the size of a symbolic dimension', () => {
    const input = spec('float32', ['batch', 9]);
    expect(cells(new TwoLayers().tabulate(key, [input], { computeFlops: true, sizes: { batch: 16 } }), 'flops')).toEqual([['1504'], ['1216'], ['288']]);
    expect(() => new TwoLayers().tabulate(key, [input], { computeFlops: true })).toThrow(/missing: batch/);
    expect(new TwoLayers().tabulate(key, [input]).rows).toHaveLength(3);
  });

  it('does not count the initializers', () => {
    expect(cells(new Scale({ size: 3 }).tabulate(key, [ones([3])], { computeFlops: true }), 'flops')).toEqual([['3']]);
  });

  class Twice extends Module.define({}) {
    static compact = ['inner'];
    call(x: Tensor): Tensor {
      const layer = new Dense({ features: 3, useBias: false });
      return this.inner(layer.call(layer.call(x)));
    }
    inner(x: Tensor): Tensor {
      return add(x, 1);
    }
  }

  it('counts in a row all calls that have no row of their own', () => {
    const product = 2 * 2 * 3 * 3;
    expect(cells(new Twice().tabulate(key, [ones([2, 3])], { computeFlops: true }), 'path', 'flops')).toEqual([
      ['', String(2 * product + 6)],
      ['Dense_0', String(2 * product)],
    ]);
  });

  it('with repeated rows counts each call alone', () => {
    const product = 2 * 2 * 3 * 3;
    expect(cells(new Twice().tabulate(key, [ones([2, 3])], { computeFlops: true, showRepeated: true }), 'module', 'flops')).toEqual([
      ['Twice', String(2 * product + 6)],
      ['Dense', String(product)],
      ['Dense', String(product)],
      ['Twice (inner)', '6'],
    ]);
  });

  it('counts what is further in with the last module shown', () => {
    class Deep extends Module.define({}) {
      call(x: Tensor): Tensor {
        return relu(new TwoLayers().call(x));
      }
    }
    expect(cells(new Deep().tabulate(key, [ones([16, 9])], { computeFlops: true, depth: 1 }), 'path', 'flops')).toEqual([
      ['', String(1504 + 32)],
      ['TwoLayers_0', '1504'],
    ]);
  });

  it('counts every step of a scanned module', () => {
    class Step extends Module.define({}) {
      call(carry: Tensor, x: Tensor): [Tensor, Tensor] {
        const y = tanh(add(new Dense({ features: 3, useBias: false }).call(carry), x));
        return [y, y];
      }
    }
    const Loop = lift.scan(Step, { variableBroadcast: 'params', splitRngs: { params: false } });
    const summary = new Loop().tabulate(key, [ones([2, 3]), ones([7, 2, 3])], { computeFlops: true });
    const step = 2 * 2 * 3 * 3 + 6;
    expect(cells(summary, 'path', 'flops')).toEqual([
      ['', String(7 * step)],
      ['Dense_0', String(7 * 2 * 2 * 3 * 3)],
    ]);
  });

  it('counts every example of a lifted vmap', () => {
    const Ensemble = lift.vmap(Dense, { variableAxes: { params: 0 }, splitRngs: { params: true } });
    const summary = new Ensemble({ features: 3, useBias: false }).tabulate(key, [ones([5, 2, 3])], { computeFlops: true });
    expect(summary.costs.forward!.flops).toBe(5 * 2 * 2 * 3 * 3);
    expect(cells(summary, 'flops')[0]).toEqual([String(5 * 2 * 2 * 3 * 3)]);
  });

  it('counts what rematerialisation computes anew', () => {
    class Chain extends Module.define({}) {
      call(x: Tensor): Tensor {
        return exp(exp(exp(exp(x))));
      }
    }
    const Saving = lift.remat(Chain);
    const [kept, anew] = [new Chain(), new Saving()].map((model) => model.tabulate(key, [ones([100])], { computeMemory: true }).costs.gradient!);
    // The last result need not be computed anew.
    expect(anew!.transcendentals).toBeGreaterThan(kept!.transcendentals);
    expect(anew!.transcendentals).toBeLessThanOrEqual(2 * kept!.transcendentals);
  });

  it('says so where a loop of unknown length counts as one step', () => {
    class Doubles extends Module.define({}) {
      call(x: Tensor): Tensor {
        return whileLoop((y: Tensor) => less(sum(y), 10), (y: Tensor) => mul(y, 2), x);
      }
    }
    const summary = new Doubles().tabulate(key, [ones([4])], { computeFlops: true });
    // The sum takes 3, the comparison 1, the product 4.
    expect(cells(summary, 'flops')).toEqual([['8']]);
    expect(summary.caption).toContain('Of a loop of unknown length one step is counted.');
  });

  it('counts a method other than call, and other random streams', () => {
    class Model extends Module.define({}) {
      static compact = ['encode'];
      encode(x: Tensor): Tensor {
        return mul(x, random.uniform(this.makeRng('noise'), [3]));
      }
    }
    const summary = new Model().tabulate({ params: key, noise: key }, [ones([2, 3])], { method: 'encode', computeFlops: true });
    expect(summary.costs.forward!.flops).toBeGreaterThanOrEqual(6 + 119 * 3);
  });
});

describe('tabulate: memory', () => {
  class Chain extends Module.define({}) {
    call(x: Tensor): Tensor {
      return exp(exp(exp(matmul(x, this.param('w', () => ones([10, 10]))))));
    }
  }
  const summary = new Chain().tabulate(key, [ones([10, 10])], { computeMemory: true });

  it('shows what operations write, and the peak of both passes', () => {
    expect(summary.columns.slice(4)).toEqual(['activations', 'vjp_activations', 'params']);
    expect(cells(summary, 'activations')).toEqual([['1.6 KB']]);
    // Forward: the key, x, w, one value read and one written. With the gradient, the three results of exp wait for their turn.
    expect(summary.costs.forward!.peakBytes).toBe(8 + 4 * 400);
    expect(summary.costs.gradient!.peakBytes).toBeGreaterThan(summary.costs.forward!.peakBytes);
    expect(summary.caption.split('\n')[1]).toBe(`Peak Memory: 1.6 KB, with the gradient ${(summary.costs.gradient!.peakBytes / 1000).toFixed(1)} KB`);
  });

  it('is there as text, as Markdown and as data', () => {
    expect(String(summary)).toContain('│ 1.6 KB ');
    expect(summary.toMarkdown()).toContain('| activations | vjp_activations | params |');
    expect(summary.rows[0]!.costs!.forward!.bytesWritten).toBe(1600);
  });
});
