import { Module } from '@flaxon/core';
import { Dense, gelu, LayerNorm, MultiHeadDotProductAttention } from '@flaxon/layers';
import { add, random, spec, type Tensor, zeros } from '@flaxon/tensor';
import { type ExportRow, perturbed, type Task, tolerances } from '../row.js';

const [length, width] = [16, 64];

/** A block with the normalisations before attention and perceptron. */
export class TransformerBlock extends Module.define({}) {
  call(x: Tensor): Tensor {
    const attended = add(x, new MultiHeadDotProductAttention({ numHeads: 4 }).call(new LayerNorm().call(x)));
    const hidden = gelu(new Dense({ features: 4 * width }).call(new LayerNorm().call(attended)), { approximate: false });
    return add(attended, new Dense({ features: width }).call(hidden));
  }
}

function prepare(): Task {
  const model = new TransformerBlock();
  const variables = perturbed(model.init(random.key(0), [zeros([1, length, width])]));
  return { target: model.bind(variables), run: (x: Tensor): Tensor => model.apply(variables, [x]), specs: (batch) => [spec('float32', [batch, length, width])] };
}

export const transformerRows: readonly ExportRow[] = [{ id: '13_transformer', batch: 8, tolerance: tolerances.float32, prepare }];
