import { Module } from '@flaxon/core';
import { Dense, Dropout } from '@flaxon/layers';
import { add, random, spec, take, type Tensor, zeros } from '@flaxon/tensor';
import { type ExportRow, functionTask, perturbed, type Task, tolerances } from '../row.js';

const [inputs, features] = [16, 32];

class DroppedDense extends Module.define({}) {
  call(x: Tensor): Tensor {
    return new Dropout({ rate: 0.5, deterministic: false }).call(new Dense({ features }).call(x));
  }
}

function prepareDropout(): Task {
  const model = new DroppedDense();
  const variables = perturbed(model.init({ params: random.key(0), dropout: random.key(1) }, [zeros([1, inputs])]));
  const run = (x: Tensor, key: Tensor): unknown => model.apply(variables, [x], { rngs: { dropout: key } });
  return functionTask(run, (batch) => [spec('float32', [batch, inputs]), spec('uint32', [2])]);
}

/** Normal numbers with the second of two keys. */
const afterSplit = (key: Tensor, x: Tensor): Tensor => add(x, random.normal(take(random.split(key), 1, { axis: 0 }), x.shape));

const row = (id: string, prepare: () => Task): ExportRow => ({ id, batch: 64, tolerance: tolerances.float32, prepare });
const keyed = (run: (key: Tensor, x: Tensor) => Tensor) => (): Task => functionTask(run, (batch) => [spec('uint32', [2]), spec('float32', [batch, features])]);

/** Random numbers with a key that goes in: the same key gives the same numbers everywhere. */
export const samplingRows: readonly ExportRow[] = [
  row('17_dropout_key', prepareDropout),
  row('17b_bernoulli_key', keyed((key, x) => random.bernoulli(key, 0.1, x.shape))),
  row('17c_uniform_key', keyed((key, x) => random.uniform(key, x.shape))),
  row('17d_normal_split_key', keyed(afterSplit)),
];
