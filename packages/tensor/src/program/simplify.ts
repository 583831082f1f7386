import { formatSpec } from '../shape/shape.js';
import type { Primitive, PrimitiveParams } from '../primitives/params.js';
import { eliminateCommonSubexpressions } from './common-subexpressions.js';
import { eliminateDeadCode } from './dead-code.js';
import { mapBodies } from './print.js';
import type { Atom, Equation, EquationOf, Program, Variable } from './program.js';
import { Substitution } from './rewrite.js';

/** The equation that defines an atom, if one does. */
type Definitions = (atom: Atom) => Equation | undefined;

/** What an equation may become: an atom that has its value already, or a shorter equation with its outputs. */
type Rewrite<P extends Primitive> = (equation: EquationOf<P>, definitionOf: Definitions) => Atom | Equation | undefined;

const sameSpec = (a: Atom, b: Atom): boolean => formatSpec(a) === formatSpec(b);

const isScalar = (atom: Atom, value: number): boolean => atom.kind === 'constant' && atom.value.size === 1 && Number(atom.value.item()) === value;

function definedBy<P extends Primitive>(primitive: P, atom: Atom, definitionOf: Definitions): EquationOf<P> | undefined {
  const equation = definitionOf(atom);
  return equation?.primitive === primitive ? (equation as EquationOf<Primitive> as EquationOf<P>) : undefined;
}

function become<P extends Primitive>(equation: Equation, primitive: P, inputs: readonly Atom[], params: PrimitiveParams[P]): Equation {
  return { primitive, inputs, params, outputs: equation.outputs, scope: equation.scope } as EquationOf<Primitive> as Equation;
}

const identityReshape = (equation: EquationOf<'reshape' | 'broadcastTo'>): Atom | undefined => (sameSpec(equation.inputs[0]!, equation.outputs[0]!) ? equation.inputs[0]! : undefined);

/**
 * Rewrites that keep every bit of every result:
 * Case 1: an operation that changes nothing (x * 1, x / 1, x ** 1, a reshape, broadcast, transpose or convert to what is there).
 * Case 2: two that cancel or join (neg neg, reshape reshape, transpose transpose, not not).
 * Case 3: a sign taken into the operation behind it (a + (-b), a - (-b)).
 */
const rewrites: { readonly [P in Primitive]?: Rewrite<P> } = {
  mul: (equation) => {
    const [x, y] = equation.inputs;
    const output = equation.outputs[0]!;
    if (isScalar(y!, 1) && sameSpec(x!, output)) return x;
    return isScalar(x!, 1) && sameSpec(y!, output) ? y : undefined;
  },
  div: ({ inputs: [x, y], outputs: [output] }) => (isScalar(y!, 1) && sameSpec(x!, output!) ? x : undefined),
  integerPow: ({ inputs: [x], params }) => (params.exponent === 1 ? x : undefined),
  reshape: (equation, definitionOf) => {
    const inner = definedBy('reshape', equation.inputs[0]!, definitionOf);
    return identityReshape(equation) ?? (inner && become(equation, 'reshape', inner.inputs, equation.params));
  },
  broadcastTo: (equation, definitionOf) => {
    const inner = definedBy('broadcastTo', equation.inputs[0]!, definitionOf);
    return identityReshape(equation) ?? (inner && become(equation, 'broadcastTo', inner.inputs, equation.params));
  },
  transpose: (equation, definitionOf) => {
    const { permutation } = equation.params;
    if (permutation.every((axis, i) => axis === i)) return equation.inputs[0];
    const inner = definedBy('transpose', equation.inputs[0]!, definitionOf);
    return inner && become(equation, 'transpose', inner.inputs, { permutation: permutation.map((axis) => inner.params.permutation[axis]!) });
  },
  convert: (equation) => (sameSpec(equation.inputs[0]!, equation.outputs[0]!) ? equation.inputs[0] : undefined),
  neg: (equation, definitionOf) => definedBy('neg', equation.inputs[0]!, definitionOf)?.inputs[0],
  not: (equation, definitionOf) => definedBy('not', equation.inputs[0]!, definitionOf)?.inputs[0],
  add: (equation, definitionOf) => {
    const [x, y] = equation.inputs;
    const right = definedBy('neg', y!, definitionOf);
    if (right) return become(equation, 'sub', [x!, right.inputs[0]!], {});
    const left = definedBy('neg', x!, definitionOf);
    return left && become(equation, 'sub', [y!, left.inputs[0]!], {});
  },
  sub: (equation, definitionOf) => {
    const right = definedBy('neg', equation.inputs[1]!, definitionOf);
    return right && become(equation, 'add', [equation.inputs[0]!, right.inputs[0]!], {});
  },
};

function rewriteEquations(program: Program): Program {
  const substitution = new Substitution();
  const definitions = new Map<Variable, Equation>();
  const definitionOf: Definitions = (atom) => (atom.kind === 'variable' ? definitions.get(atom) : undefined);
  const kept: Equation[] = [];
  let changed = false;
  for (const given of program.equations) {
    let equation: Equation = mapBodies(substitution.apply(given), simplify);
    changed ||= equation !== given;
    for (;;) {
      const rewrite = rewrites[equation.primitive] as Rewrite<Primitive> | undefined;
      const found = rewrite?.(equation as EquationOf<Primitive>, definitionOf);
      if (found === undefined) {
        kept.push(equation);
        for (const output of equation.outputs) definitions.set(output, equation);
        break;
      }
      changed = true;
      if ('primitive' in found) {
        equation = found;
        continue;
      }
      substitution.set(equation.outputs[0]!, found);
      break;
    }
  }
  return changed ? substitution.finish(program, kept) : program;
}

const memory = new WeakMap<Program, Program>();

/** The same program with fewer equations: rewrites, equal equations joined, dead ones dropped; bodies too. Every bit stays. */
export function simplify(program: Program): Program {
  const known = memory.get(program);
  if (known) return known;
  let current = program;
  for (;;) {
    const next = eliminateDeadCode(eliminateCommonSubexpressions(rewriteEquations(current)));
    if (next === current) break;
    current = next;
  }
  memory.set(program, current);
  memory.set(current, current);
  return current;
}
