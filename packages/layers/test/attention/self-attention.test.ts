import { describe, expect, it } from 'vitest';
import { makeCausalMask, MultiHeadDotProductAttention, SelfAttention } from '../../src/index.js';
import { elements, key, sample } from '../helpers.js';

const x = sample(1, [2, 4, 6]);

describe('SelfAttention', () => {
  const layer = new SelfAttention({ numHeads: 2, paramDtype: 'float64' });
  const general = new MultiHeadDotProductAttention({ numHeads: 2, paramDtype: 'float64' });

  it('is attention with the queries as keys and values, with the same parameters', () => {
    const variables = layer.init(key, [x]);
    expect(elements(layer.apply(variables, [x]))).toEqual(elements(general.apply(general.init(key, [x]), [x, x, x])));
  });

  it('takes a mask as its options', () => {
    const variables = layer.init(key, [x]);
    const mask = makeCausalMask(sample(1, [2, 4]));
    expect(elements(layer.apply(variables, [x, { mask }]))).toEqual(elements(general.apply(variables, [x, { mask }])));
    expect(elements(layer.apply(variables, [x, { mask }]))).not.toEqual(elements(layer.apply(variables, [x])));
  });

  it('keeps its weights where it is asked to', () => {
    const [, state] = layer.apply(layer.init(key, [x]), [x, { sowWeights: true }], { mutable: ['intermediates'] });
    expect(Object.keys(state.intermediates ?? {})).toEqual(['attention_weights']);
  });
});
