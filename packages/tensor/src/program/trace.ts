import { LeakedTensorError, UnboundAxisError } from '../errors/errors.js';
import type { Primitive, PrimitiveParams } from '../primitives/params.js';
import type { Dim } from '../shape/dim.js';
import { formatSpec, type Spec } from '../shape/shape.js';
import { Tensor } from '../tensor/tensor.js';
import { openTraces } from './open-traces.js';
import type { Atom, Constant, Equation, EquationOf, Program, Variable } from './program.js';
import { currentScope } from './scope.js';

export const variable = ({ shape, dtype }: Spec): Variable => ({ kind: 'variable', shape, dtype });
export const constant = (value: Tensor): Constant => ({ kind: 'constant', value, shape: value.shape, dtype: value.dtype });

/** An axis that collectives such as `psum` name: the examples of a `vmap`. */
export interface NamedAxis {
  readonly name: string;
  readonly size: Dim;
}

export interface TraceOptions {
  readonly axis?: NamedAxis | null;
  readonly isLinear?: boolean;
}

/**
 * A program in the making. Traces open and close like brackets; `level` is how many are open outside this one. A tensor of
 * an outer trace that is used here becomes an extra input (a capture).
 */
export class Trace {
  readonly level: number;
  /** The axis that has its name inside, if one does. */
  readonly axis: NamedAxis | null;
  readonly inputs: Variable[] = [];
  readonly captures = new Map<Variable, Variable>();
  readonly captured: Tensor[] = [];
  readonly equations: Equation[] = [];
  /** Whether its program is a map of tangents, whose values belong to the trace around it. */
  readonly isLinear: boolean;
  open = true;

  constructor(level: number, { axis = null, isLinear = false }: TraceOptions) {
    this.level = level;
    this.axis = axis;
    this.isLinear = isLinear;
  }

  input(spec: Spec): Tensor {
    const made = variable(spec);
    this.inputs.push(made);
    return this.tensor(made);
  }

  tensor(of: Variable): Tensor {
    return new Tensor(of.shape, of.dtype, { kind: 'traced', trace: this, variable: of });
  }

  /** How `value` appears in this program: its own variable, a constant, or a captured input. */
  atom(value: Tensor): Atom {
    if (value.source.kind === 'concrete') return constant(value);
    if (value.source.trace === this) return value.source.variable;
    const known = this.captures.get(value.source.variable);
    if (known) return known;
    const made = variable(value);
    this.captures.set(value.source.variable, made);
    this.captured.push(value);
    return made;
  }

  add<P extends Primitive>(primitive: P, inputs: readonly Tensor[], params: PrimitiveParams[P], outputs: readonly Spec[]): Tensor[] {
    const made = outputs.map(variable);
    const equation: EquationOf<P> = { primitive, inputs: inputs.map((x) => this.atom(x)), params, outputs: made, scope: currentScope() };
    this.equations.push(equation as Equation);
    return made.map((out) => this.tensor(out));
  }
}

/**
 * The trace for what is made of no tensor, such as the size of a symbolic dimension: the innermost open one that computes values. In a
 * map of tangents it would be lost to the values, which outlive that trace.
 */
export const currentTrace = (): Trace | undefined => openTraces.findLast(({ isLinear }) => !isLinear) ?? openTraces.at(-1);

/** The innermost trace among those of `values`; undefined where all are concrete. */
export function traceOf(operation: string, values: readonly Tensor[]): Trace | undefined {
  let found: Trace | undefined;
  for (const value of values) {
    if (value.source.kind !== 'traced') continue;
    const own = value.source.trace;
    if (!own.open) throw new LeakedTensorError(operation, formatSpec(value));
    if (found === undefined || own.level > found.level) found = own;
  }
  return found;
}

/** The innermost open trace whose axis has this name, and the axis. @throws UnboundAxisError */
export function traceOfAxis(operation: string, name: string): { readonly trace: Trace; readonly axis: NamedAxis } {
  const found = openTraces.findLast(({ axis }) => axis?.name === name);
  if (found?.axis) return { trace: found, axis: found.axis };
  throw new UnboundAxisError(operation, name, openTraces.flatMap(({ axis }) => (axis ? [axis.name] : [])));
}

export interface Traced {
  /** Its inputs are those of the function, then one for each capture. */
  readonly program: Program;
  /** The tensors of enclosing traces that the function used. */
  readonly captures: readonly Tensor[];
}

/**
 * Runs `f` once on traced tensors of the given shapes and dtypes and returns the equations that it made.
 * Operations on concrete tensors alone are computed at once and enter as constants. `axis` has its name inside.
 */
export function trace(f: (...inputs: Tensor[]) => readonly Tensor[], specs: readonly Spec[], axis: NamedAxis | null = null): Traced {
  return traceWith(f, specs, { axis });
}

/** The same for a map of tangents, which `f` makes while it computes values in the trace around. */
export const traceLinear = (f: (...inputs: Tensor[]) => readonly Tensor[], specs: readonly Spec[]): Traced => traceWith(f, specs, { isLinear: true });

function traceWith(f: (...inputs: Tensor[]) => readonly Tensor[], specs: readonly Spec[], options: TraceOptions): Traced {
  const made = new Trace(openTraces.length, options);
  openTraces.push(made);
  try {
    const results = f(...specs.map((spec) => made.input(spec)));
    traceOf('trace', results);
    const outputs = results.map((result) => made.atom(result));
    const program = { inputs: [...made.inputs, ...made.captures.values()], equations: made.equations, outputs };
    return { program, captures: made.captured };
  } finally {
    // Whatever was opened inside and left open by an error closes too.
    for (const inner of openTraces.splice(made.level)) inner.open = false;
  }
}

/** The same program with the captures as its first inputs instead of its last: how loops take their constants. */
export function capturesFirst({ program, captures }: Traced): Program {
  const own = program.inputs.length - captures.length;
  return { ...program, inputs: [...program.inputs.slice(own), ...program.inputs.slice(0, own)] };
}
