/** A program as nodes, equation by equation, through one exhaustive table. */
import { type Dtype, type Equation, type EquationOf, isHalf, type Primitive, type Program, type Variable } from '@flaxon/tensor';
import { cast } from '../emit/arithmetic.js';
import { isEmpty } from '../emit/layout.js';
import { tensorData } from '../graph/constants.js';
import type { GraphBuilder } from '../graph/builder.js';
import { barrierLowerings } from './barrier.js';
import { MissingKernelError } from './carrier.js';
import { fusedComposite, hasFusedComposite } from './composites.js';
import { type Lowering, LoweringContext, type LoweringOptions, type LoweringTable } from './context.js';
import { convLowerings } from './conv.js';
import { dotLowerings } from './dot.js';
import { elementwiseLowerings } from './elementwise.js';
import { fftLowerings } from './fft.js';
import { foldConstants } from './fold.js';
import { indexingLowerings } from './indexing.js';
import { layoutLowerings } from './layout.js';
import type { Lowered } from './lowered.js';
import { randomLowerings } from './random.js';
import { reduceLowerings } from './reduce.js';
import { lowerSample, noteSamples } from './samples.js';
import { scanLowerings } from './scan.js';
import { sortLowerings } from './sort.js';
import { splitLowerings } from './split.js';
import { switchCaseLowerings } from './switch-case.js';
import { whileLoopLowerings } from './while-loop.js';
import { windowLowerings } from './window.js';

/** The operator of a composite where it can be used, else its decomposition. */
const call: Lowering<'call'> = (context, equation, inputs) => fusedComposite(context, equation, inputs) ?? inlineBody(context, equation, inputs);

function inlineBody(context: LoweringContext, { params: { body } }: EquationOf<'call' | 'checkpoint'>, inputs: readonly Lowered[]): readonly Lowered[] {
  return lowerProgram(new LoweringContext(context.builder, context.options, lowerProgram, body), body, inputs);
}

const linearCall: Lowering<'linearCall'> = (context, equation) => {
  throw context.unsupported(equation, equation.outputs[0]?.dtype, 'of a `customVjp` function only the reverse-mode derivative is known, so its tangent cannot run; use `grad` or `vjp`, or define the function with `customJvp`');
};

/** `vmap` replaces what works across its examples, so that none of it is left in a program that runs. */
const acrossExamples = (context: LoweringContext, equation: EquationOf<'collective' | 'allGather' | 'axisIndex'>): never => {
  throw context.unsupported(equation, equation.outputs[0]?.dtype, `it works across the examples of the axis \`${equation.params.axisName}\`; trace the whole \`vmap\` with that name`);
};

const lowerings: LoweringTable = {
  collective: acrossExamples,
  allGather: acrossExamples,
  axisIndex: acrossExamples,
  ...elementwiseLowerings,
  ...reduceLowerings,
  ...layoutLowerings,
  ...indexingLowerings,
  ...sortLowerings,
  ...splitLowerings,
  ...dotLowerings,
  ...convLowerings,
  ...windowLowerings,
  ...fftLowerings,
  ...randomLowerings,
  ...scanLowerings,
  ...whileLoopLowerings,
  ...switchCaseLowerings,
  ...barrierLowerings,
  call,
  checkpoint: inlineBody,
  checkpointName: (_context, _equation, [x]) => [x!],
  linearCall,
};

/** Primitives that move or choose elements, or have bodies of their own: they take float16 and bfloat16 as they are. */
const keepsHalf: ReadonlySet<Primitive> = new Set<Primitive>([
  'where', 'convert', 'stopGradient', 'reshape', 'transpose', 'broadcastTo', 'concatenate', 'slice', 'split', 'pad', 'reverse', 'iota', 'dimension',
  'dynamicSlice', 'dynamicUpdateSlice', 'gather', 'sort', 'scan', 'whileLoop', 'switchCase', 'linearCall', 'checkpoint', 'checkpointName', 'optimizationBarrier', 'isNan',
  'windowSelect', 'takeAlong',
]);

function isWidened({ primitive, params, inputs }: Equation): boolean {
  if (keepsHalf.has(primitive) || !inputs.some(({ dtype }) => isHalf(dtype))) return false;
  return primitive !== 'call' || hasFusedComposite((params as { readonly name: string }).name);
}

/** Computes in float32 and rounds the results, as the eager kernels do with float16 and bfloat16. */
function lowerWidened(context: LoweringContext, equation: Equation, inputs: readonly Lowered[]): readonly Lowered[] | undefined {
  const b = context.builder;
  const widen = (dtype: Dtype): Dtype => (isHalf(dtype) ? 'float32' : dtype);
  const wide = inputs.map(({ value, shape }) => ({ value: cast(b, value, widen(value.dtype)), shape }));
  const outputs = equation.outputs.map((output): Variable => ({ ...output, dtype: widen(output.dtype) }));
  const widened = { ...equation, outputs } as Equation;
  const results = widened.primitive === 'call' ? fusedComposite(context, widened, wide) : apply(context, widened, wide);
  return results?.map(({ value, shape }, i) => ({ value: cast(b, value, equation.outputs[i]!.dtype), shape }));
}

const apply = (context: LoweringContext, equation: Equation, inputs: readonly Lowered[]): readonly Lowered[] => {
  const lowering = lowerings[equation.primitive] as Lowering<Primitive>;
  try {
    return lowering(context, equation, inputs);
  } catch (error) {
    if (error instanceof MissingKernelError) throw context.unsupported(equation, error.dtype, error.message);
    throw error;
  }
};

/** An array without elements: axes of other sizes are broadcast. */
function emptyValue(b: GraphBuilder, { dtype, shape }: Variable): Lowered {
  return { value: b.constant(tensorData(dtype, shape.map((dim) => (dim === 0 ? 0 : 1)), [])), shape };
}

/** Case 1: nothing to compute. Case 2: known already. Case 3: to the bit. Case 4: in float32. Case 5: by the table. */
function lowerEquation(context: LoweringContext, equation: Equation, inputs: readonly Lowered[]): readonly Lowered[] {
  if (equation.outputs.length > 0 && equation.outputs.every(({ shape }) => isEmpty(shape)) && equation.primitive !== 'linearCall') return equation.outputs.map((output) => emptyValue(context.builder, output));
  return foldConstants(context, equation, inputs) ?? lowerSample(context, equation, inputs) ?? (isWidened(equation) ? lowerWidened(context, equation, inputs) : undefined) ?? apply(context, equation, inputs);
}

/** Adds the nodes of `program` to the graph of `context`, on values for its inputs; gives its outputs. */
export function lowerProgram(context: LoweringContext, program: Program, inputs: readonly Lowered[]): readonly Lowered[] {
  program.inputs.forEach((input, i) => context.write(input, inputs[i]!));
  const outer = context.builder.scope;
  for (const equation of program.equations) {
    context.builder.scope = equation.scope === '' ? outer : equation.scope;
    const operands = equation.inputs.map((input) => context.read(input));
    const results = lowerEquation(context, equation, operands);
    noteSamples(context, equation, operands, results);
    equation.outputs.forEach((output, i) => context.write(output, results[i]!));
  }
  context.builder.scope = outer;
  return program.outputs.map((output) => context.read(output));
}

/** `lowerProgram` on a builder, with a context of its own. */
export const lowerInto = (builder: GraphBuilder, options: LoweringOptions, program: Program, inputs: readonly Lowered[]): readonly Lowered[] =>
  lowerProgram(new LoweringContext(builder, options, lowerProgram, program), program, inputs);
