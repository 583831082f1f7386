import type { Primitive } from '../../primitives/params.js';
import { bodiesOf } from '../print.js';
import type { Equation, Program } from '../program.js';
import { isView, peakBytes } from './memory.js';
import { operationRules, type BodyPrimitive, type Operations, type SizedEquation } from './operations.js';
import { sizesFrom, type Sizes } from './sizes.js';

/** What equations take. */
export interface Cost extends Operations {
  /** What they read, each operand once for each equation. */
  readonly bytesRead: number;
  /** What they write: the activations. Reshapes write nothing. */
  readonly bytesWritten: number;
}

export interface ProgramCost extends Cost {
  /** By name scope, what the equations made in just that scope take. */
  readonly scopes: ReadonlyMap<string, Cost>;
  /**
   * The most bytes that are there at once while the program runs, equation by equation: inputs, constants and results included, each value
   * dropped after its last use.
   */
  readonly peakBytes: number;
  /** How many `whileLoop`s there are: of each, one step is counted, since nothing says how many there will be. */
  readonly unknownLoops: number;
}

export interface CostOptions {
  /** The sizes of symbolic dimensions: `{ batch: 32 }`. */
  readonly sizes?: { readonly [symbol: string]: number };
}

export const noCost: Cost = { flops: 0, transcendentals: 0, bytesRead: 0, bytesWritten: 0 };

export const addCosts = (a: Cost, b: Cost): Cost => ({
  flops: a.flops + b.flops,
  transcendentals: a.transcendentals + b.transcendentals,
  bytesRead: a.bytesRead + b.bytesRead,
  bytesWritten: a.bytesWritten + b.bytesWritten,
});

const timesCost = ({ flops, transcendentals, bytesRead, bytesWritten }: Cost, count: number): Cost => ({
  flops: flops * count,
  transcendentals: transcendentals * count,
  bytesRead: bytesRead * count,
  bytesWritten: bytesWritten * count,
});

/** What equations take, by scope. */
interface Tally {
  readonly scopes: Map<string, Cost>;
  unknownLoops: number;
}

const total = ({ scopes }: Tally): Cost => [...scopes.values()].reduce(addCosts, noCost);

function put(tally: Tally, scope: string, cost: Cost): void {
  tally.scopes.set(scope, addCosts(tally.scopes.get(scope) ?? noCost, cost));
}

function include(tally: Tally, inner: Tally, times = 1): void {
  for (const [scope, cost] of inner.scopes) put(tally, scope, timesCost(cost, times));
  tally.unknownLoops += inner.unknownLoops;
}

/**
 * What a program takes: operations as XLA's cost analysis counts them, memory traffic, and the memory that it needs. The steps of a `scan` all
 * count; of branches the dearest one. Nothing is run. Numbers of a simplified program (`simplify`) are nearest to what an executor does.
 * @throws ArgumentError where the size of a symbolic dimension is missing
 */
export function programCost(program: Program, { sizes = {} }: CostOptions = {}): ProgramCost {
  const known = sizesFrom('programCost', sizes);
  const tally = tallyOf(program, '', known);
  return { ...total(tally), scopes: tally.scopes, peakBytes: peakBytes(program, known), unknownLoops: tally.unknownLoops };
}

/** `outer` is the scope of the equation that the program is the body of: what was made outside any scope belongs there. */
function tallyOf(program: Program, outer: string, sizes: Sizes): Tally {
  const tally: Tally = { scopes: new Map(), unknownLoops: 0 };
  for (const equation of program.equations) {
    const scope = equation.scope === '' ? outer : equation.scope;
    if (isBodyEquation(equation)) includeBodies(tally, equation, scope, sizes);
    else put(tally, scope, equationCost(equation, sizes));
  }
  return tally;
}

type BodyEquation = Extract<Equation, { primitive: BodyPrimitive }>;
type PlainEquation = Exclude<Equation, BodyEquation>;

const isBodyEquation = (equation: Equation): equation is BodyEquation => !Object.hasOwn(operationRules, equation.primitive);

function includeBodies(tally: Tally, equation: BodyEquation, scope: string, sizes: Sizes): void {
  const bodies = bodiesOf(equation).map((body) => tallyOf(body, scope, sizes));
  switch (equation.primitive) {
    case 'scan':
      for (const body of bodies) include(tally, body, sizes.dim(equation.params.length));
      return;
    case 'switchCase':
      return include(tally, bodies.reduce((dearest, body) => (total(body).flops > total(dearest).flops ? body : dearest)));
    case 'whileLoop':
      for (const body of bodies) include(tally, body);
      tally.unknownLoops += 1;
      return;
    default:
      // A call runs its one body. A linear call has none: only what transposition makes of it is ever run.
      for (const body of bodies) include(tally, body);
  }
}

function equationCost(equation: PlainEquation, sizes: Sizes): Cost {
  const { primitive, inputs, outputs, params } = equation;
  const rule = operationRules[primitive] as (equation: SizedEquation<Primitive>) => Operations;
  const operations = rule({ inputs: inputs.map(({ shape }) => sizes.shape(shape)), outputs: outputs.map(({ shape }) => sizes.shape(shape)), params });
  if (isView(equation)) return { ...operations, bytesRead: 0, bytesWritten: 0 };
  const bytes = (of: PlainEquation['inputs']): number => of.reduce((sum, atom) => sum + sizes.bytes(atom), 0);
  return { ...operations, bytesRead: bytes(inputs), bytesWritten: bytes(outputs) };
}
