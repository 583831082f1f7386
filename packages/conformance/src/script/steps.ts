import { z } from 'zod';
import { type Expression, expressionSchema } from './expression.js';
import type { ModuleSpec } from './syntax.js';

/** The steps of the script language. In the data the kind of a step is told by its keys; here it is its `op`. */

const args = z.array(expressionSchema);
const expression: z.ZodType<Expression> = expressionSchema;
const name = z.string();
const address = z.strictObject({ col: name, name });
const plain = z.record(z.string(), z.unknown());

const initializer = z.union([z.null(), z.looseObject({ name })]);
const array = { init: initializer, shape: z.array(z.number().int().nonnegative()), dtype: name.optional() };
const param = z.strictObject({ name, ...array });
const variable = z.strictObject({ col: name, name, ...array });

/** Where a step's result goes: a variable of the method (`let`) or an attribute of the module (`set`). */
const bound = { let: name.optional(), set: name.optional() };
const into = { let: name };
/** Transformations of methods: the methods belong to this module, or to the one given. */
const owner = { module: expression.optional() };

/** The schemas of all steps but `if`, over that of modules, which in turn hold steps. */
const plainOperations = (module: z.ZodType<ModuleSpec>) => ({
  new: z.strictObject({ ...bound, new: module, name: name.optional() }),
  list: z.strictObject({ set: name, list: z.array(module) }),
  dict: z.strictObject({ set: name, dict: z.record(z.string(), module) }),
  param: z.strictObject({ ...bound, param }),
  variable: z.strictObject({ ...bound, variable }),
  call: z.strictObject({ ...into, call: expression, args, method: name.optional() }),
  self: z.strictObject({ ...into, self: name, args }),
  fn: z.strictObject({ ...into, fn: name, args, attrs: plain.optional() }),
  getVariable: z.strictObject({ ...into, getVariable: address }),
  putVariable: z.strictObject({ putVariable: address, value: expression }),
  hasVariable: z.strictObject({ ...into, hasVariable: address }),
  sow: z.strictObject({ sow: address, value: expression }),
  perturb: z.strictObject({ ...into, perturb: z.strictObject({ name }), value: expression }),
  makeRng: z.strictObject({ ...into, makeRng: name }),
  random: z.strictObject({ ...into, random: name, key: expression, shape: z.array(z.number().int()), attrs: plain.optional() }),
  lifted: z.strictObject({ ...into, ...owner, lifted: name, method: name, config: plain.optional(), args }),
  cond: z.strictObject({ ...into, ...owner, cond: expression, branches: z.tuple([name, name]), args, config: plain.optional() }),
  switch: z.strictObject({ ...into, ...owner, switch: expression, branches: z.array(name), args, config: plain.optional() }),
  whileLoop: z.strictObject({
    ...into,
    ...owner,
    whileLoop: z.looseObject({ cond: name, body: name }),
    init: expression,
    config: plain.optional(),
  }),
  vjp: z.strictObject({ ...into, ...owner, vjp: z.looseObject({ method: name }), args, cotangent: expression.optional() }),
  jvp: z.strictObject({
    ...into,
    ...owner,
    jvp: z.looseObject({ method: name }),
    args,
    tangents: z.array(expression),
    variableTangents: z.record(z.string(), z.enum(['ones', 'zeros', 'values'])),
  }),
  grad: z.strictObject({ ...into, ...owner, grad: z.looseObject({ method: name }), args }),
  valueAndGrad: z.strictObject({ ...into, ...owner, valueAndGrad: z.looseObject({ method: name }), args }),
  customVjp: z.strictObject({ ...into, ...owner, customVjp: z.looseObject({ method: name }), args }),
  assign: z.strictObject({ assign: expression, value: expression }),
  /** `let`: reads a variable reference. `set`: an attribute of the module. */
  value: z.strictObject({ ...bound, value: expression }),
});

type PlainOperations = ReturnType<typeof plainOperations>;
type PlainOperation = keyof PlainOperations;
type PlainStepOf<O extends PlainOperation> = z.infer<PlainOperations[O]> & { readonly op: O };

/** Steps that depend on a test: `isInitializing`, `hasRng:stream`, `isMutable:collection`, `hasVariable:collection/name`. */
export interface IfStep {
  readonly op: 'if';
  readonly if: string;
  readonly then: readonly Step[];
  readonly else?: readonly Step[] | undefined;
}

export type Operation = PlainOperation | 'if';
export type StepOf<O extends Operation> = O extends PlainOperation ? PlainStepOf<O> : IfStep;
export type Step = { [O in PlainOperation]: PlainStepOf<O> }[PlainOperation] | IfStep;
export type ArraySpec = z.infer<typeof param>;
export type VariableSpec = z.infer<typeof variable>;

/** The schema of a step, with that of modules handed in: modules hold steps, and steps modules. */
export function stepSchemaOver(module: z.ZodType<ModuleSpec>): z.ZodType<Step> {
  const schema: z.ZodType<Step> = z.lazy(() => step);
  const schemas: Readonly<Record<Operation, z.ZodType<object>>> = {
    if: z.strictObject({ if: name, then: z.array(schema), else: z.array(schema).optional() }),
    ...plainOperations(module),
  };
  // Several operations have a `value` of their own, so the reading of a reference comes last.
  const order = Object.keys(schemas) as readonly Operation[];

  const step: z.ZodType<Step> = z.record(z.string(), z.unknown()).transform((raw, context) => {
    const op = order.find((key) => key in raw);
    if (op === undefined) {
      context.addIssue({ code: 'custom', message: `unknown step with the keys ${Object.keys(raw).join(', ')}` });
      return z.NEVER;
    }
    const parsed = schemas[op].safeParse(raw);
    if (parsed.success) return { ...parsed.data, op } as Step;
    for (const issue of parsed.error.issues) context.addIssue({ code: 'custom', message: issue.message, path: issue.path });
    return z.NEVER;
  });
  return step;
}
