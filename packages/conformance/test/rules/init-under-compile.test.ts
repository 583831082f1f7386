import { Module } from '@flaxon/core';
import { compile } from '@flaxon/runtime-onnx';
import { initializers, matmul, random, spec, sum, tanh, tree, type Tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';

class Wide extends Module.define({}) {
  call(x: Tensor): Tensor {
    const kernel = this.param('kernel', initializers.lecunNormal(), [x.shape.at(-1)!, 8]);
    return sum(tanh(matmul(x, kernel)));
  }
}

describe('init under compile', () => {
  const model = new Wide();
  const key = random.key(0);
  const x = spec('float32', [1 << 20, 4]);

  it('has no forward pass: the graph makes the parameters and nothing else', () => {
    const lowered = compile((k: Tensor) => model.lazyInit(k, [x])).lower(key);
    const types = lowered.graph.node!.map(({ opType }) => opType!);
    expect(types.length).toBeGreaterThan(0);
    expect(types.filter((type) => ['MatMul', 'Gemm', 'Tanh', 'ReduceSum'].includes(type))).toEqual([]);
  });

  it('gives the parameters of init', async () => {
    const compiled = compile((k: Tensor) => model.lazyInit(k, [x]));
    const made = await compiled(key);
    const wanted = model.lazyInit(key, [x]);
    const difference = tree.leaves<Tensor>(made).flatMap((leaf, i) => {
      const other = [...(tree.leaves<Tensor>(wanted)[i]!.data() as Float32Array)];
      return [...(leaf.data() as Float32Array)].map((value, at) => Math.abs(value - other[at]!));
    });
    expect(difference.length).toBe(32);
    expect(Math.max(...difference)).toBeLessThan(1e-6);
    await compiled.release();
  });
});
