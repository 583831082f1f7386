import { stack, tensor, type Tensor } from '@flaxon/tensor';
import { z } from 'zod';
import { type AlgorithmTrainingCase, type CaseOptimizer, keySchema } from '../cases.js';
import type { Tolerance } from '../compare.js';
import { CaseFormatError } from '../errors.js';
import { type CaseFunction, runOnce } from '../executors/executor.js';
import { makeKeys } from '../registry/keys.js';
import { requireFunction } from '../registry/library.js';
import { asModule, type ModuleInstance } from '../registry/module-api.js';
import { makeOptimizer } from '../registry/optimizers.js';
import { ModuleBuilder } from '../script/builder.js';
import { moduleSchema } from '../script/syntax.js';
import { asObject, asTensor, decodeTree, type Value, type ValueObject } from '../values.js';
import { check, type CaseContext } from './context.js';
import { checkVariables } from './module.js';

const treeRecord = z.record(z.string(), z.unknown());

const operatorSchema = z.object({ sites: z.number(), localStates: z.array(z.number()), J: z.number(), h: z.number(), pbc: z.boolean() });

/** What training of a quantum state reads of its case. */
const vmcSchema = z.object({
  module: moduleSchema,
  rngs: z.record(z.string(), keySchema),
  variables: treeRecord,
  initTolerance: z.unknown(),
  operator: operatorSchema,
  optimizer: z.unknown(),
  preconditioner: z.object({ name: z.literal('sr'), diagShift: z.number().optional() }).optional(),
  steps: z.number().int().positive(),
  losses: z.object({ energy: z.unknown(), variance: z.unknown() }),
  finalParams: z.unknown(),
  firstUpdate: z.unknown().optional(),
  finalEnergy: z.number().optional(),
  exactEnergy: z.number().optional(),
  samplerKey: z.unknown().optional(),
  samples: z.unknown().optional(),
  sampleCount: z.number().optional(),
});
type VmcCase = z.infer<typeof vmcSchema>;

/** How a step gets its states, by the name of the algorithm: all of them, or samples. */
export const vmcAlgorithms = ['vmcFullSum', 'vmc'] as const;
export type VmcAlgorithm = (typeof vmcAlgorithms)[number];

/** Trains a quantum state: the energies on the way, what the optimizer got first, and what it has come to. */
export async function runVmcCase(the: AlgorithmTrainingCase, algorithm: VmcAlgorithm, context: CaseContext): Promise<void> {
  const parsed = vmcSchema.safeParse(the);
  if (!parsed.success) throw new CaseFormatError(z.prettifyError(parsed.error));
  const training = new VmcTraining(parsed.data, algorithm, context);
  const { variables, initTolerance, losses, finalParams, firstUpdate, finalEnergy, exactEnergy, samples } = parsed.data;
  const { tolerance } = the;
  checkVariables(await training.init(), variables, initTolerance as Tolerance, tolerance, context);

  const end = await training.run();
  if (samples !== undefined) {
    const wanted = asTensor(decodeTree(samples, context.arrays), 'samples');
    check('samples', stack(end.samples.slice(0, wanted.shape[0] as number)), samples, { mode: 'exact' }, context);
  }
  if (firstUpdate !== undefined) check('firstUpdate', end.firstUpdate, firstUpdate, tolerance, context);
  check('energies', stack(end.energies), losses.energy, tolerance, context);
  check('variances', stack(end.variances), losses.variance, tolerance, context);
  check('params', end.params, finalParams, tolerance, context);
  if (finalEnergy !== undefined) check('final energy', await training.energy(end.params), finalEnergy, tolerance, context);
  if (exactEnergy !== undefined) check('exact energy', training.exactEnergy(), exactEnergy, tolerance, context);
}

interface Trained {
  readonly params: Value;
  readonly firstUpdate: Value;
  readonly energies: readonly Tensor[];
  readonly variances: readonly Tensor[];
  readonly samples: readonly Tensor[];
}

class VmcTraining {
  readonly #case: VmcCase;
  readonly #algorithm: VmcAlgorithm;
  readonly #context: CaseContext;
  readonly #basis: Tensor;

  constructor(the: VmcCase, algorithm: VmcAlgorithm, context: CaseContext) {
    this.#case = the;
    this.#algorithm = algorithm;
    this.#context = context;
    this.#basis = allStates(the.operator);
  }

  #model(): ModuleInstance {
    return asModule(new ModuleBuilder(this.#context).construct(this.#case.module));
  }

  #quantum(name: string): (...args: readonly unknown[]) => unknown {
    return requireFunction([this.#context.library.quantum], name);
  }

  /** What the functions of the library take: the model, the Hamiltonian and the preconditioner. */
  #options(): Readonly<Record<string, unknown>> {
    const { operator: { sites, J, h, pbc }, preconditioner } = this.#case;
    return { module: this.#model(), sites, J, h, pbc, ...(preconditioner && { preconditioner: { diagShift: preconditioner.diagShift } }) };
  }

  init(): Promise<Value> {
    return runOnce(this.#context.executor, (keys, x) => this.#model().init(keys, [x]), [makeKeys(this.#case.rngs, this.#context), this.#basis]);
  }

  async run(): Promise<Trained> {
    const { arrays, executor, library } = this.#context;
    const optimizer = makeOptimizer(this.#case.optimizer as CaseOptimizer, library);
    const [energies, variances, samples]: Tensor[][] = [[], [], []];
    let params = asObject(decodeTree(this.#case.variables, arrays), 'variables')['params'];
    let optState = optimizer.init(params);
    let key: Value = this.#case.samplerKey === undefined ? null : decodeTree(this.#case.samplerKey, arrays);
    let firstUpdate: Value = null;
    const step = executor.prepare(this.#step());
    try {
      for (let t = 0; t < this.#case.steps; t++) {
        const next: ValueObject = asObject(await step.call(params, optState, key), 'the result of a step');
        if (t === 0) firstUpdate = next['update'];
        energies!.push(asTensor(next['energy'], 'energy'));
        variances!.push(asTensor(next['variance'], 'variance'));
        if (this.#algorithm === 'vmc') samples!.push(asTensor(next['states'], 'samples'));
        ({ params, optState, key } = next as { readonly params: Value; readonly optState: Value; readonly key: Value });
      }
    } finally {
      await step.dispose();
    }
    return { params, firstUpdate, energies: energies!, variances: variances!, samples: samples! };
  }

  /** One step as a function of tensors: samples if the algorithm has them, energy and gradient, the optimizer. */
  #step(): CaseFunction {
    const { library } = this.#context;
    const optimizer = makeOptimizer(this.#case.optimizer as CaseOptimizer, library);
    const applyUpdates = requireFunction([library.optim], 'applyUpdates');
    return (params, optState, key) => {
      const { states, nextKey } = this.#states(params, key);
      const f = this.#algorithm === 'vmc' ? 'vmcSampled' : 'vmcFullSum';
      const { energy, variance, update } = this.#quantum(f)({ params }, states, this.#options()) as Record<'energy' | 'variance' | 'update', Value>;
      const [updates, next] = optimizer.update(update, optState, params);
      return { energy, variance, update, states, key: nextKey, params: applyUpdates(params, updates) as Value, optState: next };
    };
  }

  #states(params: Value, key: Value): { readonly states: Value; readonly nextKey: Value } {
    if (this.#algorithm === 'vmcFullSum') return { states: this.#basis, nextKey: key };
    const options = { module: this.#model(), key, chainLength: this.#case.sampleCount };
    const drawn = this.#quantum('sampleDirectly')({ params }, options) as Readonly<Record<'samples' | 'key', Value>>;
    return { states: drawn.samples, nextKey: drawn.key };
  }

  energy(params: Value): Promise<Value> {
    return runOnce(this.#context.executor, (given) => (this.#quantum('vmcFullSum')({ params: given }, this.#basis, this.#options()) as Record<'energy', Value>).energy, [params]);
  }

  exactEnergy(): Value {
    const { sites, J, h, pbc } = this.#case.operator;
    return this.#quantum('isingGroundStateEnergy')({ sites, J, h, pbc }) as Value;
  }
}

/** Every state of the sites, one a row. */
function allStates({ sites, localStates }: z.infer<typeof operatorSchema>): Tensor {
  const count = localStates.length;
  const range = (length: number): number[] => Array.from({ length }, (_, i) => i);
  return tensor(range(count ** sites).map((state) => range(sites).map((site) => localStates[Math.floor(state / count ** site) % count]!)), { dtype: 'int8' });
}
