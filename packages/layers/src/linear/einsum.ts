import { mergeParam, Module } from '@flaxon/core';
import { add, ArgumentError, einsum, reshape, type Tensor } from '@flaxon/tensor';
import { z } from 'zod';
import { dtypes, kernelAndBias, ofProducts, size } from '../attributes.js';
import { promoteDtype } from '../dtype.js';

export interface EinsumOptions {
  /** The equation, given here or to the constructor. */
  readonly einsumStr?: string | undefined;
}

/** The parts of `input,kernel->result`. @throws ArgumentError */
function parse(equation: string): { readonly input: string; readonly kernel: string; readonly result: string } {
  const [operands, result, ...more] = equation.replaceAll(' ', '').split('->');
  const [input, kernel, ...others] = operands!.split(',');
  if (result === undefined || more.length > 0 || kernel === undefined || others.length > 0) {
    throw new ArgumentError('Einsum', 'einsumStr', `must name an input, a kernel and a result, such as 'bi,io->bo', found ${JSON.stringify(equation)}`);
  }
  return { input: input!, kernel, result };
}

/** The labels of a part; `...` stands for `dots` axes, counted from its end. */
const labelsOf = (part: string, dots: number): string[] =>
  part.split('...').flatMap((letters, i) => [...(i === 0 ? [] : Array.from({ length: dots }, (_, dot) => `.${dots - dot}`)), ...letters]);

/** How many axes `...` stands for in a part that names an operand of this rank. */
const dotsOf = (part: string, rank: number): number => (part.includes('...') ? rank - (part.length - 3) : 0);

/**
 * A product with a kernel by an equation such as `bi,io->bo` (Flax: `nn.Einsum`).
 *
 * Parameters: `kernel` (shape); `bias` unless `useBias` is false, with the axes of the kernel that the result has, in its order.
 */
export class Einsum extends Module.define({
  /** The shape of the kernel. */
  shape: z.array(size()),
  /** The equation, given here or to the call: input, kernel, result. */
  einsumStr: z.string().optional(),
  useBias: z.boolean().default(true),
  ...dtypes,
  ...ofProducts,
  ...kernelAndBias,
}) {
  static readonly moduleName: string = 'Einsum';
  /**
   * @throws MergeParamError where the equation is given to neither or to both; ArgumentError where it is not one of an input and a
   * kernel; ShapeError, DtypeError
   */
  call(x: Tensor, options: EinsumOptions = {}): Tensor {
    const equation = mergeParam('einsumStr', this.einsumStr, options.einsumStr);
    const biasAxes = this.#biasAxes(parse(equation), x.rank);
    const kernel = this.param('kernel', this.kernelInit, this.shape, this.paramDtype);
    const bias = this.useBias ? this.param('bias', this.biasInit, biasAxes.flatMap((found) => found ?? []), this.paramDtype) : undefined;
    const [input, weights, offset] = promoteDtype('Einsum', [x, kernel, bias], this.dtype);
    const y = einsum(equation, input, weights);
    return offset === undefined ? y : add(y, reshape(offset, biasAxes.map((found) => found ?? 1)));
  }

  /** For each axis of the result its size in the kernel, undefined where the kernel does not have it. */
  #biasAxes({ input, kernel, result }: ReturnType<typeof parse>, rank: number): (number | undefined)[] {
    const kernelDots = dotsOf(kernel, this.shape.length);
    const kernelLabels = labelsOf(kernel, kernelDots);
    if (kernelLabels.length !== this.shape.length || new Set(kernelLabels).size !== kernelLabels.length) {
      throw new ArgumentError('Einsum', 'einsumStr', `must name each of the ${this.shape.length} axes of the kernel once, found '${kernel}'`);
    }
    const sizes = new Map(kernelLabels.map((label, i) => [label, this.shape[i]!]));
    return labelsOf(result, Math.max(dotsOf(input, rank), kernelDots)).map((label) => sizes.get(label));
  }
}
