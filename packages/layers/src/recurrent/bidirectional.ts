import { fields, Module } from '@flaxon/core';
import { concatenate, index, random, type Tensor } from '@flaxon/tensor';
import { z } from 'zod';
import type { Carry } from './cell.js';
import { RNN, type RNNOptions, type RNNResult } from './rnn.js';

type Merge = (forward: Tensor, backward: Tensor) => Tensor;

const concatenateFeatures: Merge = (forward, backward) => concatenate([forward, backward], -1);

/** The carries of both directions. */
export type BidirectionalCarry = readonly [forward: Carry, backward: Carry];

export interface BidirectionalOptions extends Omit<RNNOptions, 'initialCarry' | 'reverse' | 'keepOrder'> {
  readonly initialCarry?: BidirectionalCarry | null | undefined;
}

/**
 * A sequence read from both ends (Flax: `nn.Bidirectional`; Schuster and Paliwal, 1997): the outputs of both directions, in the
 * order of inputs, one after the other along the features, or merged by `mergeFn`.
 *
 * Submodules: `forward_rnn`, `backward_rnn`. One network for both has its parameters once, under `forward_rnn`.
 */
export class Bidirectional extends Module.define({
  forwardRnn: fields.module(RNN),
  backwardRnn: fields.module(RNN),
  mergeFn: fields.function<Merge>('a function of the outputs of both directions').default(() => concatenateFeatures),
  timeMajor: z.boolean().default(false),
  returnCarry: z.boolean().default(false),
}) {
  static readonly moduleName: string = 'Bidirectional';
  static readonly scopeNames = { forwardRnn: 'forward_rnn', backwardRnn: 'backward_rnn' };

  /**
   * inputs as of `RNN`, to outputs, or with `returnCarry` to `[[forward, backward], outputs]`. `initKey` is split for the two.
   * @throws ShapeError, ArgumentError, and what the cells throw
   */
  call(inputs: Tensor, options: BidirectionalOptions = {}): RNNResult<BidirectionalCarry> {
    const { seqLengths = null, initKey, initialCarry } = options;
    const { returnCarry = this.returnCarry, timeMajor = this.timeMajor } = options;
    const keys = initKey && random.split(initKey);
    // What is not given is handed on as null, which a summary shows as Linen's does: `initKey: None`.
    const run = (rnn: RNN, i: 0 | 1): readonly [Carry, Tensor] =>
      rnn.call(inputs, {
        initialCarry: initialCarry?.[i] ?? null,
        initKey: keys ? index(keys, [i]) : null,
        seqLengths,
        returnCarry: true,
        timeMajor,
        reverse: i === 1,
        ...(i === 1 && { keepOrder: true }),
      }) as readonly [Carry, Tensor];
    const [forwardCarry, forward] = run(this.forwardRnn, 0);
    const [backwardCarry, backward] = run(this.backwardRnn, 1);
    const outputs = this.mergeFn(forward, backward);
    return returnCarry ? [[forwardCarry, backwardCarry], outputs] : outputs;
  }
}
