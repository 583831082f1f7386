import { fields, lift, Module, type Filter } from '@flaxon/core';
import { formatShape, random, ShapeError, type Tensor } from '@flaxon/tensor';
import { z } from 'zod';
import { RNNCellBase, type Carry } from './cell.js';
import { flipSequences, requireLengths, selectLastCarry } from './sequence.js';

/** Each of the last four stands in place of the attribute of that name. */
export interface RNNOptions {
  /** The carry to begin with; made by the cell by default. */
  readonly initialCarry?: Carry | null | undefined;
  /** The key with which the cell makes it; `random.key(0)` by default. */
  readonly initKey?: Tensor | null | undefined;
  /** How long each sequence is, (batch...), integers from 1 on: what comes after is not part of it. */
  readonly seqLengths?: Tensor | null | undefined;
  readonly returnCarry?: boolean | undefined;
  readonly timeMajor?: boolean | undefined;
  readonly reverse?: boolean | undefined;
  readonly keepOrder?: boolean | undefined;
}

/** Outputs, or with `returnCarry` the last carry and outputs. */
export type RNNResult<C = Carry> = Tensor | readonly [C, Tensor];

const flag = () => z.boolean().default(false);
const filter = () => z.custom<Filter>();

/**
 * A cell run over a sequence (Flax: `nn.RNN`): one loop in a graph, however long the sequence. The variables of the cell are under `cell`.
 */
export class RNN extends Module.define({
  cell: fields.module(RNNCellBase),
  /** Whether the time axis is the first one. It comes after the batch axes otherwise. */
  timeMajor: flag(),
  returnCarry: flag(),
  /** From the last step to the first; outputs are in the order in which they were made. */
  reverse: flag(),
  /** With `reverse`: outputs are in the order of inputs. */
  keepOrder: flag(),
  /** How many steps an executor may lay out at once; a hint, which changes no value. */
  unroll: z.int().positive().default(1),
  /** As in `lift.scan`: the axis along which variables of a collection are stacked, one for each step. */
  variableAxes: z.custom<NonNullable<lift.ScanOptions['variableAxes']>>().default({}),
  /** The collections that all steps share. */
  variableBroadcast: filter().default('params'),
  /** The collections that go from step to step. */
  variableCarry: filter().default(false),
  /** Whether each step gets a key of its own of a stream. */
  splitRngs: z.custom<NonNullable<lift.ScanOptions['splitRngs']>>().default({ params: false }),
}) {
  static readonly moduleName: string = 'RNN';
  /**
   * inputs: (batch..., time, features...), or (time, batch..., features...) with `timeMajor`, to outputs with such axes, or to
   * `[carry, outputs]`. With `seqLengths` the carry is that after the last step of each sequence; the outputs after it mean nothing.
   * @throws ShapeError, DtypeError, ArgumentError, and what the cell throws
   */
  call(inputs: Tensor, options: RNNOptions = {}): RNNResult {
    const initKey = options.initKey ?? random.key(0);
    const lengths = options.seqLengths ?? undefined;
    const { returnCarry = this.returnCarry, timeMajor = this.timeMajor, reverse = this.reverse, keepOrder = this.keepOrder } = options;
    const timeAxis = timeMajor ? 0 : this.#lastBatchAxis(inputs) + 1;
    if (lengths !== undefined) requireLengths(lengths, inputs.shape.filter((_, axis) => axis !== timeAxis).slice(0, -this.cell.numFeatureAxes));
    const turn = (x: Tensor): Tensor => flipSequences(x, { lengths, timeAxis });
    const ordered = reverse ? turn(inputs) : inputs;
    const stepShape = ordered.shape.filter((_, axis) => axis !== timeAxis);
    const start = options.initialCarry ?? this.cell.initializeCarry(initKey, stepShape);
    const [carry, outputs] = lengths !== undefined && returnCarry ? this.#scanToLengths(start, ordered, timeAxis, lengths) : this.#scan(start, ordered, timeAxis);
    const result = reverse && keepOrder ? turn(outputs) : outputs;
    return returnCarry ? [carry, result] : result;
  }

  #lastBatchAxis(inputs: Tensor): number {
    const axis = inputs.rank - this.cell.numFeatureAxes - 2;
    if (axis < -1) throw new ShapeError('RNN', [formatShape(inputs.shape)], `the input needs an axis of time and ${this.cell.numFeatureAxes} of features`);
    return axis;
  }

  #scan(start: Carry, inputs: Tensor, timeAxis: number): readonly [Carry, Tensor] {
    const step = (cell: RNNCellBase, carry: Carry, x: Tensor): readonly [Carry, Tensor] => cell.call(carry, x);
    return lift.scan(step, this.#scanOptions(timeAxis, timeAxis))(this.cell, start, inputs);
  }

  /** Carries of all steps are kept, to choose from: that is faster than a choice at every step. */
  #scanToLengths(start: Carry, inputs: Tensor, timeAxis: number, lengths: Tensor): readonly [Carry, Tensor] {
    const step = (cell: RNNCellBase, carry: Carry, x: Tensor): readonly [Carry, readonly [Carry, Tensor]] => {
      const [next, y] = cell.call(carry, x);
      return [next, [next, y]];
    };
    const [, [carries, outputs]] = lift.scan(step, this.#scanOptions(timeAxis, [0, timeAxis]))(this.cell, start, inputs);
    return [selectLastCarry(carries, lengths), outputs];
  }

  #scanOptions(inAxes: number, outAxes: lift.StepAxes): lift.ScanOptions {
    const { variableAxes, variableBroadcast, variableCarry, splitRngs, unroll } = this;
    return { inAxes, outAxes, variableAxes, variableBroadcast, variableCarry, splitRngs, unroll };
  }
}
