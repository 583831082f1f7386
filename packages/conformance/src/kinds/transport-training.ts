import { astype, index, ones, stack, tree, type Tensor, type Tree } from '@flaxon/tensor';
import { z } from 'zod';
import { type AlgorithmTrainingCase, type CaseOptimizer, keySchema } from '../cases.js';
import type { Tolerance } from '../compare.js';
import { CaseFormatError } from '../errors.js';
import { type CaseFunction, type PreparedFunction, runOnce } from '../executors/executor.js';
import { makeKeys } from '../registry/keys.js';
import { requireFunction } from '../registry/library.js';
import { asModule } from '../registry/module-api.js';
import { makeOptimizer, type Optimizer } from '../registry/optimizers.js';
import { ModuleBuilder } from '../script/builder.js';
import { moduleSchema } from '../script/syntax.js';
import { asObject, asTensor, decodeTree, type Value, type ValueObject } from '../values.js';
import { check, type CaseContext } from './context.js';
import { checkVariables } from './module.js';

const both = <S extends z.ZodType>(schema: S) => z.object({ f: schema, g: schema });

const solver = z.object({ gtol: z.number(), maxIter: z.number() });

/** What training of a transport map reads of its case. */
const transportSchema = z.object({
  modules: both(moduleSchema),
  rngs: z.record(z.string(), keySchema),
  variables: both(z.record(z.string(), z.unknown())),
  initTolerance: z.unknown(),
  optimizer: both(z.unknown()),
  config: z.object({
    backAndForth: z.boolean(),
    posWeights: z.boolean(),
    beta: z.number(),
    conjugateSolver: solver.nullable(),
    amortizationLoss: z.string(),
    numInnerIters: z.number().int().positive(),
    parallelUpdates: z.boolean(),
  }),
  dimData: z.number().int().positive(),
  steps: z.number().int().positive(),
  data: z.object({ source: z.unknown(), target: z.unknown() }),
  losses: z.object({ lossF: z.unknown(), lossG: z.unknown(), wDist: z.unknown() }),
  finalParams: both(z.unknown()),
  after: z.object({ source: z.unknown(), target: z.unknown(), finetuned: z.record(z.string(), z.unknown()).optional() }).loose(),
});
type TransportCase = z.infer<typeof transportSchema>;

type Side = 'f' | 'g';
const sides = ['f', 'g'] as const;

interface TrainingState {
  readonly params: ValueObject;
  readonly optState: ValueObject;
}

/** Trains two potentials as `W2NeuralDual` does: the losses on the way, the parameters in the end and what they give. */
export async function runTransportCase(the: AlgorithmTrainingCase, context: CaseContext): Promise<void> {
  const parsed = transportSchema.safeParse(the);
  if (!parsed.success) throw new CaseFormatError(z.prettifyError(parsed.error));
  const { variables, initTolerance, losses, finalParams, after } = parsed.data;
  const { tolerance } = the;
  const training = new TransportTraining(parsed.data, context);
  const made = asObject(await training.init(), 'variables');
  for (const side of sides) checkVariables(made[side]!, variables[side], initTolerance as Tolerance, tolerance, context);

  const end = await training.run();
  for (const name of ['lossF', 'lossG', 'wDist'] as const) check(name, stack(end.losses.map((step) => asTensor(step[name], name))), losses[name], tolerance, context);
  for (const side of sides) check(`params of ${side}`, { params: end.params[side]! }, finalParams[side], tolerance, context);
  const { finetuned, source, target, ...plain } = after;
  check('after', await training.evaluate(end.params, { source, target }, false), plain, tolerance, context);
  if (finetuned === undefined) return;
  const found = asObject(await training.evaluate(end.params, { source, target }, true), 'potentials');
  check('finetuned', Object.fromEntries(Object.keys(finetuned).map((name) => [name, found[name]!])), finetuned, tolerance, context);
}

type Update = 'both' | Side;

class TransportTraining {
  readonly #case: TransportCase;
  readonly #context: CaseContext;
  readonly #optimizers: Readonly<Record<Side, Optimizer>>;

  constructor(the: TransportCase, context: CaseContext) {
    this.#case = the;
    this.#context = context;
    const make = (side: Side): Optimizer => makeOptimizer(the.optimizer[side] as CaseOptimizer, context.library);
    this.#optimizers = { f: make('f'), g: make('g') };
  }

  #networks(): Readonly<Record<Side, unknown>> {
    const make = (side: Side): unknown => new ModuleBuilder(this.#context).construct(this.#case.modules[side]);
    return { f: make('f'), g: make('g') };
  }

  #transport(name: string): (...args: readonly unknown[]) => unknown {
    return requireFunction([this.#context.library.transport], name);
  }

  /** The variables of both networks, made in float32 with the second and the third key of three. */
  async init(): Promise<Value> {
    const split = requireFunction([this.#context.library.tensor], 'random.split');
    const init: CaseFunction = (keys) => {
      const three = split(asObject(keys, 'keys')['params'], 3) as Tensor;
      const networks = this.#networks();
      const make = (side: Side, at: number): Value => asModule(networks[side]).init(index(three, [at]), [ones([1, this.#case.dimData])]);
      return { f: make('f', 1), g: make('g', 2) };
    };
    const made = await runOnce(this.#context.executor, init, [makeKeys(this.#case.rngs, this.#context)]);
    return this.#inDtypeOfCase(made);
  }

  /** With 64-bit types the parameters were cast to float64 before training. */
  #inDtypeOfCase(value: Value): Value {
    return this.#context.x64 ? (tree.map((leaf: Tensor) => astype(leaf, 'float64'), value as Tree<Tensor>) as Value) : value;
  }

  async run(): Promise<{ readonly params: ValueObject; readonly losses: readonly ValueObject[] }> {
    const { numInnerIters, parallelUpdates, backAndForth } = this.#case.config;
    const isParallel = parallelUpdates && numInnerIters === 1;
    const updates: readonly Update[] = isParallel ? ['both'] : [...Array.from({ length: numInnerIters }, () => 'g' as const), 'f'];
    const steps = new Map<string, PreparedFunction>();
    const prepared = (update: Update, direction: string): PreparedFunction => {
      const name = `${update} ${direction}`;
      if (!steps.has(name)) steps.set(name, this.#context.executor.prepare(this.#step(update, direction)));
      return steps.get(name)!;
    };
    let state = this.#start();
    let batch = 0;
    const losses: ValueObject[] = [];
    try {
      for (let t = 0; t < this.#case.steps; t++) {
        const direction = backAndForth && t % 2 === 1 ? 'backward' : 'forward';
        const found: Record<string, Value> = {};
        for (const update of updates) {
          const [source, target] = this.#batch(batch++);
          const next = asObject(await prepared(update, direction).call(state.params, state.optState, source, target), 'the result of a step');
          state = { params: asObject(next['params'], 'params'), optState: asObject(next['optState'], 'optState') };
          Object.assign(found, next['losses']);
        }
        losses.push(found);
      }
    } finally {
      await Promise.all([...steps.values()].map((step) => step.dispose()));
    }
    return { params: state.params, losses };
  }

  #start(): TrainingState {
    const paramsOf = (side: Side): Value => asObject(decodeTree(this.#case.variables[side], this.#context.arrays), 'variables')['params']!;
    const [f, g] = [paramsOf('f'), paramsOf('g')];
    return { params: { f, g }, optState: { f: this.#optimizers.f.init(f), g: this.#optimizers.g.init(g) } };
  }

  #batch(at: number): readonly [Tensor, Tensor] {
    const { source, target } = this.#case.data;
    const decode = (batches: unknown): Tensor => index(asTensor(decodeTree(batches, this.#context.arrays), 'data'), [at]);
    return [decode(source), decode(target)];
  }

  /** Gradients, both optimizers or one, and the weights of f clipped after the last update of an iteration. */
  #step(update: Update, direction: string): CaseFunction {
    const { posWeights, beta, conjugateSolver, amortizationLoss } = this.#case.config;
    const applyUpdates = requireFunction([this.#context.library.optim], 'applyUpdates');
    return (params, optState, source, target) => {
      const options = { ...this.#networks(), update, direction, posWeights, beta, conjugateSolver, amortizationLoss };
      const { gradients, lossF, lossG, wDist } = this.#transport('neuralDualGradients')(params, source, target, options) as Record<'gradients' | 'lossF' | 'lossG' | 'wDist', Value>;
      const [given, states, slopes] = [params, optState, gradients].map((each) => asObject(each, 'both potentials')) as [ValueObject, ValueObject, ValueObject];
      const moved = (side: Side): readonly [Value, Value] => {
        if (update !== 'both' && update !== side) return [given[side]!, states[side]!];
        const [change, next] = this.#optimizers[side].update(slopes[side]!, states[side]!, given[side]!);
        return [applyUpdates(given[side], change) as Value, next];
      };
      const [[f, stateF], [g, stateG]] = [moved('f'), moved('g')];
      const clipped = posWeights || update === 'g' ? f : (this.#transport('clipWeights')(f) as Value);
      const losses = update === 'g' ? { lossG } : update === 'f' ? { lossF, wDist } : { lossF, lossG, wDist };
      return { params: { f: clipped, g }, optState: { f: stateF, g: stateG }, losses };
    };
  }

  /** What the potentials give at given points, with g found from f where `finetuned`. */
  evaluate(params: Value, points: { readonly source?: unknown; readonly target?: unknown }, finetuned: boolean): Promise<Value> {
    const conjugateSolver = finetuned ? this.#case.config.conjugateSolver : null;
    const decode = (each: unknown): Value => decodeTree(each, this.#context.arrays);
    const potentials: CaseFunction = (given, source, target) => this.#transport('dualPotentials')(given, source, target, { ...this.#networks(), conjugateSolver }) as Value;
    return runOnce(this.#context.executor, potentials, [params, decode(points.source), decode(points.target)]);
  }
}
