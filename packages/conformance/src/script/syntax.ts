import { z } from 'zod';
import { type Expression, expressionSchema } from './expression.js';
import { type Step, stepSchemaOver } from './steps.js';

/** The syntax of modules: layers by name, classes written as data, references, and lifted classes. */

/** What stands in a config or among fields: literals, arrays of the suite, modules, functions by name, initializers. */
export type ConfigValue =
  | number
  | string
  | boolean
  | null
  | readonly ConfigValue[]
  | ModuleSpec
  | { readonly [key: string]: ConfigValue };
const configValue: z.ZodType<ConfigValue> = z.lazy(() =>
  z.union([
    z.number(),
    z.string(),
    z.boolean(),
    z.null(),
    z.array(configValue),
    configObject,
  ]),
);
/** An object with the keys of a module is one, whatever else it might be. */
const configObject: z.ZodType<ModuleSpec | { readonly [key: string]: ConfigValue }> = z.lazy(() =>
  z.union([moduleSchema, z.record(z.string(), configValue).refine((value) => !isModuleSpec(value), 'no module is written like this')]),
);
const config = z.record(z.string(), configValue);

const steps: z.ZodType<readonly Step[]> = z.array(stepSchemaOver(z.lazy(() => moduleSchema)));

export interface Body {
  readonly compact?: boolean | undefined;
  readonly params: readonly string[];
  readonly steps: readonly Step[];
  readonly return?: Expression | undefined;
}
const body: z.ZodType<Body> = z.strictObject({
  compact: z.boolean().optional(),
  params: z.array(z.string()),
  steps,
  return: expressionSchema.optional(),
});

interface Labels {
  /** An explicit name of the instance. */
  readonly name?: string | undefined;
  /** Specs with one id are one instance. */
  readonly id?: string | undefined;
}
const labels = { name: z.string().optional(), id: z.string().optional() };

export interface LayerSpec extends Labels {
  readonly type: string;
  readonly config: Readonly<Record<string, ConfigValue>>;
}
export interface ClassSpec extends Labels {
  readonly class: string;
  readonly fields?: Readonly<Record<string, ConfigValue>> | undefined;
  readonly setup?: readonly Step[] | undefined;
  readonly methods: Readonly<Record<string, Body>>;
}
export interface ReferenceSpec extends Labels {
  readonly ref: Expression;
}
export interface LiftedSpec extends Labels {
  readonly lift: string;
  readonly target: ModuleSpec;
  readonly config: Readonly<Record<string, unknown>>;
}
export type ModuleSpec = LayerSpec | ClassSpec | ReferenceSpec | LiftedSpec;

const layerSpec: z.ZodType<LayerSpec> = z.strictObject({ type: z.string(), config, ...labels });
const classSpec: z.ZodType<ClassSpec> = z.strictObject({
  class: z.string(),
  fields: config.optional(),
  setup: steps.optional(),
  methods: z.record(z.string(), body),
  ...labels,
});
const referenceSpec: z.ZodType<ReferenceSpec> = z.strictObject({ ref: expressionSchema, ...labels });
const liftedSpec: z.ZodType<LiftedSpec> = z.strictObject({
  lift: z.string(),
  target: z.lazy(() => moduleSchema),
  config: z.record(z.string(), z.unknown()),
  ...labels,
});

export const moduleSchema: z.ZodType<ModuleSpec> = z.lazy(() => z.union([layerSpec, classSpec, referenceSpec, liftedSpec]));

/** True where an object of a config can only be meant as a module. */
export function isModuleSpec(value: unknown): value is ModuleSpec {
  if (typeof value !== 'object' || value === null) return false;
  return ('type' in value && 'config' in value) || 'class' in value || 'ref' in value || 'lift' in value;
}
