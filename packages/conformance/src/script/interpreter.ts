import { Module, Variable } from '@flaxon/core';
import { random } from '@flaxon/tensor';
import { CaseFormatError } from '../errors.js';
import { makeInitializer } from '../registry/initializers.js';
import { callFunction } from '../registry/functions.js';
import { layerArguments } from '../registry/layer-calls.js';
import { callMethod } from '../registry/module-api.js';
import { callRandom } from '../registry/random.js';
import { asObject, asTensor, decodeTree, describe, mapEntries, type Value } from '../values.js';
import type { ModuleBuilder } from './builder.js';
import { evaluateAll, type Frame, keep } from './frame.js';
import { liftedHandlers, type LiftedOperation } from './lifted-steps.js';
import type { ArraySpec, Operation, Step, StepOf, VariableSpec } from './steps.js';
import type { Expression } from './expression.js';

/** Runs the steps of a method or of `setup`. */
export function runSteps(steps: readonly Step[], frame: Frame, builder: ModuleBuilder): void {
  for (const step of steps) runStep(step, frame, builder);
}

export type Handler<O extends Operation> = (step: StepOf<O>, frame: Frame, builder: ModuleBuilder) => void;

const runStep = (step: Step, frame: Frame, builder: ModuleBuilder): void => (handlers[step.op] as Handler<Operation>)(step, frame, builder);

const handlers: { readonly [O in Operation]: Handler<O> } = {
  new: (step, frame, builder) => keep(step, frame, builder.construct(step.new, { frame, name: step.name })),
  list: (step, frame, builder) => keep(step, frame, step.list.map((item) => builder.construct(item, { frame }))),
  dict: (step, frame, builder) => keep(step, frame, mapEntries(step.dict, (item) => builder.construct(item, { frame }))),
  param: (step, frame, builder) => keep(step, frame, declareParam(moduleOf(frame), step.param, builder)),
  variable: (step, frame, builder) => keep(step, frame, declareVariable(moduleOf(frame), step.variable, builder)),
  call: (step, frame, { context }) => {
    const callee = frame.evaluate(step.call);
    const method = step.method ?? 'call';
    keep(step, frame, callMethod(callee, method, layerArguments(context.library, callee, method, evaluateAll(step.args, frame))));
  },
  self: (step, frame) => keep(step, frame, callMethod(frame.self, step.self, evaluateAll(step.args, frame))),
  fn: (step, frame, { context }) => {
    const attributes = asObject(decodeTree(step.attrs ?? {}, context.arrays), 'attrs');
    keep(step, frame, callFunction(context.library, step.fn, evaluateAll(step.args, frame) as Value[], attributes));
  },
  getVariable: (step, frame) => keep(step, frame, moduleOf(frame).getVariable(step.getVariable.col, step.getVariable.name) ?? null),
  putVariable: (step, frame) => {
    moduleOf(frame).putVariable(step.putVariable.col, step.putVariable.name, asVariableValue(frame.evaluate(step.value)));
  },
  hasVariable: (step, frame) => keep(step, frame, moduleOf(frame).hasVariable(step.hasVariable.col, step.hasVariable.name)),
  sow: (step, frame) => {
    moduleOf(frame).sow(step.sow.col, step.sow.name, frame.evaluate(step.value));
  },
  perturb: (step, frame) => keep(step, frame, moduleOf(frame).perturb(step.perturb.name, asVariableValue(frame.evaluate(step.value)))),
  makeRng: (step, frame) => keep(step, frame, moduleOf(frame).makeRng(step.makeRng)),
  random: (step, frame, { context }) => {
    const key = asTensor(frame.evaluate(step.key) as Value, 'key');
    keep(step, frame, callRandom(context.library, step.random, key, { ...step.attrs, shape: step.shape, dtype: 'float32' }));
  },
  if: (step, frame, builder) => runSteps(isTrue(step.if, moduleOf(frame)) ? step.then : (step.else ?? []), frame, builder),
  assign: (step, frame) => {
    referenceOf(step.assign, frame).value = asVariableValue(frame.evaluate(step.value));
  },
  value: (step, frame) => keep(step, frame, step.set === undefined ? referenceOf(step.value, frame).value : frame.evaluate(step.value)),
  ...liftedHandlers,
} satisfies { readonly [O in Exclude<Operation, LiftedOperation>]: Handler<O> };

function moduleOf({ self }: Frame): Module {
  if (!(self instanceof Module)) throw new CaseFormatError(`a script runs in a module, found ${describe(self)}`);
  return self;
}

/** What a variable takes; a script has nothing else to give, and core refuses what is none. */
type VariableValue = Parameters<Module['putVariable']>[2];
const asVariableValue = (value: unknown): VariableValue => value as VariableValue;

function referenceOf(expression: Expression, frame: Frame): Variable {
  const found = frame.evaluate(expression);
  if (!(found instanceof Variable)) throw new CaseFormatError(`${JSON.stringify(expression)} must be a reference to a variable, found ${describe(found)}`);
  return found;
}

/** Names of dtypes are checked by the library. */
type DtypeArgument = Parameters<ReturnType<typeof makeInitializer>>[2];

function declareParam(module: Module, { name, init, shape, dtype = 'float32' }: ArraySpec, builder: ModuleBuilder): unknown {
  if (init === null) throw new CaseFormatError(`the parameter ${name} of the script has no initializer`);
  return module.param(name, makeInitializer(init, builder.context.library), shape, dtype as DtypeArgument);
}

/** A variable's initializer gets no key of the module's streams: one that draws numbers takes the key of seed 0. */
function declareVariable(module: Module, { col, name, init, shape, dtype = 'float32' }: VariableSpec, builder: ModuleBuilder): Variable {
  if (init === null) return module.variable(col, name);
  const initializer = makeInitializer(init, builder.context.library);
  return module.variable(col, name, () => initializer(random.key(0), shape, dtype as DtypeArgument));
}

function isTrue(test: string, module: Module): boolean {
  const [name, argument = ''] = test.split(':') as [string, string?];
  switch (name) {
    case 'isInitializing':
      return module.isInitializing();
    case 'hasRng':
      return module.hasRng(argument);
    case 'isMutable':
      return module.isMutableCollection(argument);
    case 'hasVariable': {
      const [collection = '', variable = ''] = argument.split('/');
      return module.hasVariable(collection, variable);
    }
    default:
      throw new CaseFormatError(`unknown test ${JSON.stringify(test)} in a script`);
  }
}
