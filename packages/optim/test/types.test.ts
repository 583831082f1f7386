import type { Tensor, Tree } from '@flaxon/tensor';
import { expectTypeOf, it } from 'vitest';
import { adam, applyUpdates, chain, clip, sgd, type AdamState, type CountState, type EmptyState, type GradientTransformation, type RateState } from '../src/index.js';

interface Params {
  readonly [name: string]: Tensor;
  readonly kernel: Tensor;
}

it('updates and parameters keep the type of the parameters', () => {
  expectTypeOf(applyUpdates<Params>).returns.toEqualTypeOf<Params>();
  expectTypeOf(adam(1).update<Params>).returns.toEqualTypeOf<[Params, readonly [AdamState, RateState]]>();
});

it('a chain has the states of its parts', () => {
  const optimizer = chain(clip(1), adam(1));
  expectTypeOf(optimizer.init).returns.toEqualTypeOf<readonly [EmptyState, readonly [AdamState, RateState]]>();
});

it('every optimiser is a transformation whose state is a tree', () => {
  expectTypeOf(sgd(1)).toExtend<GradientTransformation>();
  expectTypeOf<CountState>().toExtend<Tree<Tensor>>();
});
