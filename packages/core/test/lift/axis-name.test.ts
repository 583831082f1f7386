import { axisIndex, mul, ones, pmean, psum, random, sum, tensor, type Tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { lift, Module, SharedValueError } from '../../src/index.js';
import { Scale } from '../layers.js';

/** Keeps the mean of its inputs over all examples. */
class KeepsMean extends Module.define({}) {
  call(x: Tensor): Tensor {
    const kept = this.variable<Tensor>('stats', 'mean', () => ones([]));
    kept.value = pmean(sum(x), 'batch');
    return mul(x, kept.value);
  }
}
const x = tensor([[1, 2], [3, 4]], { dtype: 'float32' });
const key = random.key(0);

describe('the axis name of a lifted vmap', () => {
  it('is known inside, and what examples have combined may be shared', () => {
    const model = new (lift.vmap(KeepsMean, { variableAxes: { stats: null }, axisName: 'batch' }))();
    const [y, { stats }] = model.apply(model.init(key, [x]), [x], { mutable: ['stats'] }) as [Tensor, Record<string, Record<string, Tensor>>];
    expect(stats!['mean']!.toArray()).toBe(5);
    expect(y.toArray()).toEqual([[5, 10], [15, 20]]);
  });

  it('does not let examples share what differs between them', () => {
    class KeepsIndex extends Module.define({}) {
      call(input: Tensor): Tensor {
        this.variable('stats', 'index', () => axisIndex('batch'));
        return input;
      }
    }
    const model = new (lift.vmap(KeepsIndex, { variableAxes: { stats: null }, axisName: 'batch' }))();
    expect(() => model.init(key, [x])).toThrow(SharedValueError);
    const split = new (lift.vmap(KeepsIndex, { variableAxes: { stats: 0 }, axisName: 'batch' }))();
    expect((split.init(key, [x])['stats']!['index'] as Tensor).toArray()).toEqual([0, 1]);
  });

  it('tells nested axes apart by their names', () => {
    const sums = (module: Scale, input: Tensor): Tensor => psum(module.call(input), 'outer');
    const inner = lift.vmap(sums, { variableAxes: { params: null }, axisName: 'inner' });
    const outer = lift.vmap(inner, { variableAxes: { params: null }, axisName: 'outer', outAxes: null });
    class Model extends Module.define({}) {
      call(input: Tensor): Tensor {
        return outer(new Scale(), input);
      }
    }
    const batches = tensor([[[1, 2], [3, 4]], [[5, 6], [7, 8]]], { dtype: 'float32' });
    const model = new Model();
    expect(model.apply({ params: { Scale_0: { w: ones([2]) } } }, [batches]).toArray()).toEqual([[6, 8], [10, 12]]);
  });
});
