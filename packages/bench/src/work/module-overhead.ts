import { Module } from '@flaxon/core';
import type { Collection } from '@flaxon/core';
import { Dense } from '@flaxon/layers';
import { add, matmul, random, relu, tensor, trace } from '@flaxon/tensor';
import type { Tensor } from '@flaxon/tensor';
import { z } from 'zod';
import { contestant } from '../measure/contestant.js';
import { yardstick } from '../report.js';
import { Numbers } from './data.js';
import type { Work } from './work.js';

/** Many layers and little to compute in each: what a layer costs beyond its operations shows. */
const layers = 200;
const features = 8;

class Deep extends Module.define({ layers: z.int().positive(), features: z.int().positive() }) {
  call(x: Tensor): Tensor {
    let value = x;
    for (let i = 0; i < this.layers; i++) value = relu(new Dense({ features: this.features }).call(value));
    return value;
  }
}

/** The same operations without modules. */
function plain(params: Collection, x: Tensor): Tensor {
  let value = x;
  for (let i = 0; i < layers; i++) {
    const { kernel, bias } = params[`Dense_${i}`] as { readonly kernel: Tensor; readonly bias: Tensor };
    value = relu(add(matmul(value, kernel), bias));
  }
  return value;
}

type Forward = (params: Collection, x: Tensor) => Tensor;

/** What is timed: running the functions eagerly, or tracing them. */
const runs = {
  eager: (forward: Forward, params: Collection, x: Tensor): ArrayLike<number> => forward(params, x).data() as Float32Array,
  traced: (forward: Forward, params: Collection, x: Tensor): ArrayLike<number> => [trace((input) => [forward(params, input!)], [x]).program.equations.length],
} as const;

/** The module system beside functions written by hand: `apply` of a deep narrow perceptron, eagerly or under a trace. */
export function moduleOverhead(way: keyof typeof runs): Work {
  return {
    name: `module overhead, ${layers} Dense layers of ${features}, ${way}`,
    tolerance: 0,
    contestants() {
      const model = new Deep({ layers, features });
      const x = tensor(new Numbers(1).uniform(features, 1), { shape: [1, features] });
      const params = model.init(random.key(0), [x])['params']!;
      const apply: Forward = (parameters, input) => model.apply({ params: parameters }, [input]);
      const run = runs[way];
      return Promise.resolve([
        contestant('modules', () => () => Promise.resolve(run(apply, params, x))),
        contestant(yardstick, () => () => Promise.resolve(run(plain, params, x))),
      ]);
    },
  };
}
