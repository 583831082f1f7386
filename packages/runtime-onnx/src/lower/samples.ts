/**
 * Random samples have the same bits in every executor. A value is a sample where it is a function of random bits (and constants)
 * alone, element by element; on samples, logarithms in float32 are computed to the bit (at some 70 nodes each), elsewhere to
 * an ulp or two by the operator.
 */
import type { Equation, Primitive } from '@flaxon/tensor';
import { isConstant } from '../graph/graph.js';
import type { LoweringContext } from './context.js';
import { elementwiseLowerings } from './elementwise.js';
import type { Lowered } from './lowered.js';
import { exactLog, exactLog1p } from './transcendental/exact-float32.js';

const rearranging: ReadonlySet<Primitive> = new Set<Primitive>(['reshape', 'transpose', 'broadcastTo', 'slice']);

const keepsElements = (primitive: Primitive): boolean => primitive in elementwiseLowerings || rearranging.has(primitive);

/** Notes which results are samples. Bools are none: what they choose is data. */
export function noteSamples({ options }: LoweringContext, equation: Equation, inputs: readonly Lowered[], results: readonly Lowered[]): void {
  const { samples } = options;
  const isSampled =
    equation.primitive === 'threefry2x32' ||
    (keepsElements(equation.primitive) && inputs.some(({ value }) => samples.has(value)) && inputs.every(({ value }) => isConstant(value) || samples.has(value)));
  if (isSampled) for (const { value } of results) if (value.dtype !== 'bool') samples.add(value);
}

const exactForms = { log: exactLog, log1p: exactLog1p } as const;

/** The exact logarithm of a sample; undefined for other equations. */
export function lowerSample({ builder, options }: LoweringContext, { primitive }: Equation, [x]: readonly Lowered[]): readonly Lowered[] | undefined {
  if ((primitive !== 'log' && primitive !== 'log1p') || x!.value.dtype !== 'float32' || !options.samples.has(x!.value)) return undefined;
  return [{ value: exactForms[primitive](builder, x!.value), shape: x!.shape }];
}
