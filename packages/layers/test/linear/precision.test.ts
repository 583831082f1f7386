import { InvalidAttributeError, type Module } from '@flaxon/core';
import { random, type Tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { Conv, ConvTranspose, Dense, DenseGeneral, Einsum, MultiHeadDotProductAttention } from '../../src/index.js';

type Precision = 'default' | 'high' | 'highest' | null;
type Layer = Module & { call(x: Tensor): Tensor };

const layers: Readonly<Record<string, (precision: Precision) => Layer>> = {
  Dense: (precision) => new Dense({ features: 3, precision }),
  DenseGeneral: (precision) => new DenseGeneral({ features: [2, 3], precision }),
  Einsum: (precision) => new Einsum({ shape: [4, 3], einsumStr: '...d,df->...f', precision }),
  Conv: (precision) => new Conv({ features: 3, kernelSize: [2], precision }),
  ConvTranspose: (precision) => new ConvTranspose({ features: 3, kernelSize: [2], precision }),
  MultiHeadDotProductAttention: (precision) => new MultiHeadDotProductAttention({ numHeads: 2, precision }),
};

describe.each(Object.entries(layers))('the precision of %s', (_, make) => {
  const x = random.normal(random.key(0), [2, 5, 4]);

  it('changes no number: products have the whole precision of their dtype', () => {
    const outputs = ([null, 'default', 'high', 'highest'] as const).map((precision) => make(precision).initWithOutput(random.key(1), [x])[0].toArray());
    expect(outputs.every((output) => JSON.stringify(output) === JSON.stringify(outputs[0]))).toBe(true);
  });

  it('is one of those of lax.Precision', () => {
    expect(() => make('exact' as Precision)).toThrow(InvalidAttributeError);
  });
});
