import { z } from 'zod';
import { moduleSchema } from './script/syntax.js';
import type { CaseTree } from './values.js';

/** The types of the cases, as the README of the cases describes them. Unknown fields are errors: they would go unchecked. */

/** Every JSON value is a tree. */
const tree = z.custom<CaseTree>(() => true);
const treeRecord = z.record(z.string(), tree);
const shape = z.array(z.number().int().nonnegative());

export const toleranceSchema = z.discriminatedUnion('mode', [
  z.strictObject({ mode: z.literal('exact') }),
  z.strictObject({ mode: z.literal('ulp'), max: z.number().nonnegative() }),
  z.strictObject({ mode: z.literal('close'), rtol: z.number().nonnegative(), atol: z.number().nonnegative() }),
]);

/** A key: of a seed, folded with numbers one after another, or given by its two words. */
export const keySchema = z.union([
  z.strictObject({ seed: z.number().int(), foldIn: z.array(z.number().int()).optional() }),
  z.strictObject({ data: z.tuple([z.number().int(), z.number().int()]), foldIn: z.array(z.number().int()).optional() }),
]);
export type CaseKey = z.infer<typeof keySchema>;

/** A filter of collections; a few cases hold something that is none, and expect its refusal. */
export type CaseFilter = boolean | string | number | readonly string[] | { readonly deny: CaseFilter };
const filter: z.ZodType<CaseFilter> = z.lazy(() =>
  z.union([z.boolean(), z.string(), z.number(), z.array(z.string()), z.strictObject({ deny: filter })]),
);

const common = {
  id: z.string(),
  x64: z.boolean(),
  source: z.string(),
  optional: z.boolean().optional(),
};

const random = z.strictObject({
  ...common,
  kind: z.literal('random'),
  tolerance: toleranceSchema,
  fn: z.string(),
  key: keySchema,
  shape: shape.optional(),
  dtype: z.string().optional(),
  attrs: treeRecord,
  expect: tree.optional(),
  error: z.string().optional(),
});

const transform = z.union([
  z.enum(['grad', 'jacfwd', 'jacrev', 'hessian', 'jvp', 'vmap']),
  z.strictObject({
    name: z.literal('vmap'),
    inAxes: z.number().int().optional(),
    outAxes: z.number().int().optional(),
  }),
]);
export type CaseTransform = z.infer<typeof transform>;

const composeStep = z.strictObject({
  fn: z.string(),
  attrs: treeRecord.optional(),
  with: z.array(tree).optional(),
});
export type ComposeStep = z.infer<typeof composeStep>;

const functionCase = z.strictObject({
  ...common,
  kind: z.literal('function'),
  tolerance: toleranceSchema,
  fn: z.string().optional(),
  compose: z.array(composeStep).optional(),
  transform: z.array(transform).optional(),
  tangents: z.array(tree).optional(),
  args: z.array(tree),
  attrs: treeRecord,
  expect: tree.optional(),
  cotangent: tree.optional(),
  grads: z.array(tree).optional(),
  error: z.string().optional(),
});

const sequenceStep = z.strictObject({ args: z.array(tree), output: tree, updates: treeRecord.optional() });

/** Fields that `module` and `script` share; a script differs by its module alone. */
const moduleFields = {
  ...common,
  tolerance: toleranceSchema.optional(),
  initTolerance: toleranceSchema.optional(),
  gradTolerance: toleranceSchema.optional(),
  module: moduleSchema,
  rngs: z.record(z.string(), keySchema),
  args: z.array(tree),
  kwargs: treeRecord.optional(),
  method: z.string().optional(),
  initMutable: filter.optional(),
  mutable: filter.optional(),
  captureIntermediates: z.boolean().optional(),
  applyRngs: z.record(z.string(), keySchema).optional(),
  applyVariables: treeRecord.optional(),
  applyArgs: z.array(tree).optional(),
  applyKwargs: treeRecord.optional(),
  applyMethod: z.string().optional(),
  variables: treeRecord.optional(),
  output: tree.optional(),
  updates: treeRecord.optional(),
  grads: z.strictObject({ params: tree.optional(), args: z.array(tree).optional() }).optional(),
  error: z.string().optional(),
  errorIn: z.enum(['init', 'apply']).optional(),
  sequence: z.array(sequenceStep).optional(),
  normalisation: z.strictObject({ machinePow: z.number(), sum: z.number() }).optional(),
  other: z.strictObject({ module: moduleSchema, variables: treeRecord }).optional(),
};
const moduleCase = z.strictObject({ ...moduleFields, kind: z.literal('module') });
const scriptCase = z.strictObject({ ...moduleFields, kind: z.literal('script') });

const hex = z.string().regex(/^([0-9a-f]{2})*$/u);
const serialization = z.strictObject({
  ...common,
  kind: z.literal('serialization'),
  msgpack: hex.optional(),
  safetensors: hex.optional(),
  tree: tree.optional(),
  stateDict: tree.optional(),
  via: z.literal('msgpackSerialize').optional(),
  maxChunkSize: z.number().int().positive().optional(),
  target: tree.optional(),
  restored: tree.optional(),
  error: z.string().optional(),
});

const count = z.strictObject({ size: z.number(), bytes: z.number() });
const tabulateRow = z.strictObject({
  path: z.string(),
  module: z.string(),
  inputs: z.string(),
  outputs: z.string(),
  collections: z.record(z.string(), z.string()),
  counts: z.record(z.string(), count),
});
const tabulate = z.strictObject({
  ...common,
  kind: z.literal('tabulate'),
  module: moduleSchema,
  rngs: z.record(z.string(), keySchema),
  args: z.array(tree),
  kwargs: treeRecord.optional(),
  method: z.string().optional(),
  initMutable: filter.optional(),
  depth: z.number().int().nonnegative().optional(),
  showRepeated: z.boolean().optional(),
  expect: z.strictObject({
    title: z.string(),
    columns: z.array(z.string()),
    rows: z.array(tabulateRow),
    totals: z.record(z.string(), z.strictObject({ ...count.shape, text: z.string() })),
    caption: z.string(),
  }),
});

/** A schedule of learning rates, or a transformation of gradients, or several of these one after another. */
const schedule = z.looseObject({ schedule: z.string() });
const namedOptimizer = z.looseObject({ name: z.string() });
export type CaseSchedule = z.infer<typeof schedule>;
export type CaseOptimizer = z.infer<typeof namedOptimizer> | { readonly chain: readonly CaseOptimizer[] };
const optimizer: z.ZodType<CaseOptimizer> = z.lazy(() => z.union([z.strictObject({ chain: z.array(optimizer) }), namedOptimizer]));

const supervisedTraining = z.strictObject({
  ...common,
  kind: z.literal('training'),
  algorithm: z.undefined().optional(),
  tolerance: toleranceSchema,
  initTolerance: toleranceSchema,
  module: moduleSchema,
  rngs: z.record(z.string(), keySchema),
  dropoutKey: keySchema.optional(),
  optimizer,
  loss: z.enum(['mse', 'softmaxCrossEntropyWithIntegerLabels']),
  steps: z.number().int().positive(),
  batches: z.strictObject({ x: tree, y: tree }),
  variables: treeRecord,
  expect: z.strictObject({ losses: tree, params: tree, state: tree, optState: tree }),
});

/** A training algorithm of a package for one field (quantum states, optimal transport); that package says what it reads. */
const algorithmTraining = z.looseObject({
  ...common,
  kind: z.literal('training'),
  algorithm: z.string(),
  tolerance: toleranceSchema,
});

const schemas = {
  random,
  function: functionCase,
  module: moduleCase,
  script: scriptCase,
  serialization,
  tabulate,
  training: z.union([supervisedTraining, algorithmTraining]),
} as const;

export type CaseKind = keyof typeof schemas;
export type CaseOf<K extends CaseKind> = z.infer<(typeof schemas)[K]>;
export type Case = { [K in CaseKind]: CaseOf<K> }[CaseKind];
export type ModuleCase = CaseOf<'module'> | CaseOf<'script'>;
export type SupervisedTrainingCase = z.infer<typeof supervisedTraining>;
export type AlgorithmTrainingCase = z.infer<typeof algorithmTraining>;

const isKind = (kind: unknown): kind is CaseKind => typeof kind === 'string' && Object.hasOwn(schemas, kind);

const validators: Readonly<Record<CaseKind, z.ZodType>> = schemas;

/** One line of a suite: a case, or what is wrong with it. The id is known wherever the line is JSON with an id. */
export type CaseLine =
  | { readonly id: string; readonly ok: true; readonly case: Case }
  | { readonly id: string; readonly ok: false; readonly optional: false; readonly reason: string };

/** Reads one line of a `.jsonl` file; `place` (file and line) stands for the id where there is none. */
export function parseCaseLine(line: string, place: string): CaseLine {
  const invalid = (id: string, reason: string): CaseLine => ({ id, ok: false, optional: false, reason });
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch (error) {
    return invalid(place, `no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const head = z.looseObject({ id: z.string(), kind: z.unknown() }).safeParse(json);
  if (!head.success) return invalid(place, `no case: ${z.prettifyError(head.error)}`);
  const { id, kind } = head.data;
  if (!isKind(kind)) return invalid(id, `unknown kind ${JSON.stringify(kind)}; kinds are ${Object.keys(schemas).join(', ')}`);
  const parsed = validators[kind].safeParse(json);
  return parsed.success ? { id, ok: true, case: parsed.data as Case } : invalid(id, `the case breaks the format: ${z.prettifyError(parsed.error)}`);
}
