import { add, initializers, matmul, ones, random, Tensor, tensor, zeros } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { getPartitionSpec, lift, Module, Partitioned, PartitioningUnspecifiedError, tensorAt, unbox, withPartitioning } from '../../src/index.js';
import { valuesAt } from '../layers.js';
import { counting } from './models.js';

const kernelInit = withPartitioning(initializers.ones, ['in', 'out']);
const stacked = { variableAxes: { params: 0 }, splitRngs: { params: true } } as const;

/** The names of the kernel as the module got it, and as it is stored. */
const seen: unknown[] = [];

/** A layer whose kernel has named axes; it looks at them while it runs. */
class Named extends Module.define({}) {
  call(x: Tensor): Tensor {
    const kernel = this.param('kernel', kernelInit, [x.shape.at(-1)!, 2]);
    seen.push([namesOf(kernel), namesOf(this.getVariable('params', 'kernel'))]);
    return matmul(x, kernel);
  }
}

const namesOf = (value: unknown): unknown => (value instanceof Partitioned ? value.names : undefined);

describe('axis metadata', () => {
  it('stay with a parameter, which the module sees plain', () => {
    const variables = new Named().init(random.key(0), [zeros([3])]);
    expect(namesOf(tensorAt(variables, 'params/kernel'))).toEqual(['in', 'out']);
    expect(new Named().apply(variables, [counting(3)]).toArray()).toEqual([6, 6]);
  });

  it('are inside a vmap as they are in the plain module', () => {
    seen.length = 0;
    new (lift.vmap(Named, { ...stacked, metadataParams: { partitionName: 'batch' } }))().init(random.key(0), [zeros([8, 3])]);
    expect(seen).toEqual([[undefined, ['in', 'out']]]);
  });

  it('gain the name of the axis of a vmap', () => {
    const model = new (lift.vmap(Named, { ...stacked, metadataParams: { partitionName: 'batch' } }))();
    const variables = model.init(random.key(0), [zeros([8, 3])]);
    expect(namesOf(tensorAt(variables, 'params/kernel'))).toEqual(['batch', 'in', 'out']);
    expect(model.apply(variables, [ones([8, 3])]).shape).toEqual([8, 2]);
  });

  it('gain the name where the axis is put', () => {
    const model = new (lift.vmap(Named, { ...stacked, variableAxes: { params: -1 }, metadataParams: { partitionName: 'batch' } }))();
    const variables = model.init(random.key(0), [zeros([8, 3])]);
    expect(namesOf(tensorAt(variables, 'params/kernel'))).toEqual(['in', 'out', 'batch']);
    expect(tensorAt(variables, 'params/kernel').shape).toEqual([3, 2, 8]);
  });

  it('gain the name of the layers of a scan', () => {
    class Layer extends Module.define({}) {
      call(x: Tensor): [Tensor, null] {
        const y = matmul(x, this.param('kernel', kernelInit, [3, 3]));
        return [add(y, this.param('bias', initializers.zeros, [3])), null];
      }
    }
    const model = new (lift.scan(Layer, { ...stacked, length: 8, metadataParams: { partitionName: 'layers' } }))();
    const variables = model.init(random.key(0), [zeros([3])]);
    expect(getPartitionSpec(variables)).toEqual({ params: { kernel: ['layers', 'in', 'out'], bias: [] } });
    expect(model.apply(variables, [ones([3])])[0].toArray()).toEqual([3 ** 8, 3 ** 8, 3 ** 8]);
  });

  it('stay when a variable is written', () => {
    class Written extends Module.define({}) {
      call(x: Tensor): Tensor {
        const kernel = this.variable<Tensor>('params', 'kernel', () => kernelInit(random.key(0), [3, 2]));
        kernel.value = add(kernel.value, 1);
        return matmul(x, kernel.value);
      }
    }
    const variables = new (lift.vmap(Written, { ...stacked, metadataParams: { partitionName: 'batch' } }))().init(random.key(0), [zeros([2, 3])]);
    expect(namesOf(tensorAt(variables, 'params/kernel'))).toEqual(['batch', 'in', 'out']);
    expect((valuesAt(variables, 'params/kernel') as number[][][]).flat(2)).toEqual(Array.from({ length: 12 }, () => 2));
  });

  it('need the name of an axis that is added', () => {
    expect(() => new (lift.vmap(Named, stacked))().init(random.key(0), [zeros([8, 3])])).toThrow(PartitioningUnspecifiedError);
  });

  it('refuse to lose an axis of another name', () => {
    const model = new (lift.vmap(Named, { ...stacked, metadataParams: { partitionName: 'batch' } }))();
    const kernel = new Partitioned(ones([8, 3, 2]), ['layers', 'in', 'out']);
    expect(() => model.apply({ params: { kernel } }, [ones([8, 3])])).toThrow(/should be "batch"/);
  });

  it('change alone with addMetadataAxis', () => {
    const model = new (lift.addMetadataAxis(Named, { variableAxes: { params: 0 }, metadataParams: { partitionName: 'stage' } }))();
    const variables = model.init(random.key(0), [zeros([3])]);
    expect(namesOf(tensorAt(variables, 'params/kernel'))).toEqual(['stage', 'in', 'out']);
    expect(tensorAt(variables, 'params/kernel').shape).toEqual([3, 2]);
    expect(model.apply(variables, [ones([3])]).toArray()).toEqual([3, 3]);
  });

  it('are shown by tabulate as Flax shows them', () => {
    expect(String(new Named().tabulate(random.key(0), [zeros([3])]))).toContain('kernel: float32[3,2] P(in, out)');
  });
});

describe('unbox and getPartitionSpec', () => {
  const tree = { kernel: new Partitioned(zeros([3, 2]), ['in', null]), inner: [new Partitioned(zeros([3]), ['data']), tensor(1)], rate: 0.5 };

  it('unbox gives plain tensors and leaves the rest', () => {
    const plain = unbox(tree);
    expect([plain.kernel, plain.inner[0]].map((one) => [one instanceof Tensor, one instanceof Partitioned])).toEqual([[true, false], [true, false]]);
    expect([plain.kernel.shape, plain.rate]).toEqual([[3, 2], 0.5]);
  });

  it('getPartitionSpec gives names, none for a plain tensor, and null for what is no tensor', () => {
    expect(getPartitionSpec(tree)).toEqual({ kernel: ['in', null], inner: [['data'], []], rate: null });
  });
});
