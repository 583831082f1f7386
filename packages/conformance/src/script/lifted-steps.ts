import { CaseFormatError } from '../errors.js';
import { callFunction } from '../registry/functions.js';
import { callMethod } from '../registry/module-api.js';
import { asArray, isObject, mapEntries, mapTensors, type Value } from '../values.js';
import type { ModuleBuilder } from './builder.js';
import { evaluateAll, type Frame, keep } from './frame.js';
import type { Handler } from './interpreter.js';
import { liftOptions, requireLifted, treeFunction } from './lifted.js';
import type { Operation } from './steps.js';
import type { Expression } from './expression.js';

/**
 * The steps that apply a lifted transformation to methods. Those of `lift` of core have Flax's names in camelCase and
 * take functions of a module and its arguments; options come last. What core lacks is `missing: <name>`.
 */
export type LiftedOperation = Extract<Operation, 'lifted' | 'cond' | 'switch' | 'whileLoop' | 'vjp' | 'jvp' | 'grad' | 'valueAndGrad' | 'customVjp'>;

type ModuleFunction = (module: unknown, ...args: unknown[]) => unknown;

/** `method` of a module as a function whose first argument is the module. */
const methodFunction = (method: string): ModuleFunction => (module, ...args) => callMethod(module, method, args);

const ownerOf = (step: { readonly module?: Expression | undefined }, frame: Frame): unknown => (step.module === undefined ? frame.self : frame.evaluate(step.module));

/** The options in `config`, without the entries that are arguments of their own. */
function optionsOf(config: Readonly<Record<string, unknown>> | undefined, builder: ModuleBuilder, ...without: readonly string[]): Record<string, unknown> {
  const kept = Object.entries(config ?? {}).filter(([name]) => !without.includes(name));
  return liftOptions(Object.fromEntries(kept), builder.context.library);
}

export const liftedHandlers: { readonly [O in LiftedOperation]: Handler<O> } = {
  lifted: (step, frame, builder) => {
    const transformation = requireLifted(builder.context.library, step.lifted);
    const lifted = transformation(methodFunction(step.method), optionsOf(step.config, builder)) as ModuleFunction;
    keep(step, frame, lifted(ownerOf(step, frame), ...evaluateAll(step.args, frame)));
  },
  cond: (step, frame, builder) => {
    const cond = requireLifted(builder.context.library, 'cond');
    const [onTrue, onFalse] = step.branches.map(methodFunction);
    keep(step, frame, cond(frame.evaluate(step.cond), onTrue, onFalse, ownerOf(step, frame), evaluateAll(step.args, frame), optionsOf(step.config, builder)));
  },
  switch: (step, frame, builder) => {
    const choose = requireLifted(builder.context.library, 'switch');
    keep(step, frame, choose(frame.evaluate(step.switch), step.branches.map(methodFunction), ownerOf(step, frame), evaluateAll(step.args, frame), optionsOf(step.config, builder)));
  },
  whileLoop: (step, frame, builder) => {
    const loop = requireLifted(builder.context.library, 'whileLoop');
    const { cond, body } = step.whileLoop;
    const options = optionsOf({ ...step.whileLoop, ...step.config }, builder, 'cond', 'body');
    keep(step, frame, loop(methodFunction(cond), methodFunction(body), ownerOf(step, frame), frame.evaluate(step.init), options));
  },
  vjp: (step, frame, builder) => {
    const vjp = requireLifted(builder.context.library, 'vjp');
    const { library } = builder.context;
    const options = optionsOf(step.vjp, builder, 'method');
    const found = vjp(methodFunction(step.vjp.method), ownerOf(step, frame), evaluateAll(step.args, frame), options);
    const [output, pullBack, ...aux] = asArray(found as Value, 'the result of vjp');
    const cotangent = step.cotangent === undefined ? mapTensors(output, (tensor) => callFunction(library, 'onesLike', [tensor])) : frame.evaluate(step.cotangent);
    if (typeof pullBack !== 'function') throw new CaseFormatError('vjp must give a function of cotangents');
    const gradients: unknown = Reflect.apply(pullBack, undefined, [cotangent]);
    keep(step, frame, [output, ...asArray(gradients as Value, 'gradients'), ...aux]);
  },
  jvp: (step, frame, builder) => {
    const { library } = builder.context;
    const jvp = requireLifted(library, 'jvp');
    const module = ownerOf(step, frame);
    const variables: unknown = typeof module === 'object' && module !== null ? Reflect.get(module, 'variables') : {};
    const tangents = mapEntries(step.variableTangents, (how, collection) => {
      const values = (isObject(variables) ? variables[collection] : {}) as Value;
      return how === 'values' ? values : mapTensors(values, (tensor) => callFunction(library, how === 'ones' ? 'onesLike' : 'zerosLike', [tensor]));
    });
    keep(step, frame, jvp(methodFunction(step.jvp.method), module, evaluateAll(step.args, frame), evaluateAll(step.tangents, frame), tangents, optionsOf(step.jvp, builder, 'method')));
  },
  grad: (step, frame, builder) => {
    const grad = requireLifted(builder.context.library, 'grad');
    keep(step, frame, grad(methodFunction(step.grad.method), ownerOf(step, frame), evaluateAll(step.args, frame), optionsOf(step.grad, builder, 'method')));
  },
  valueAndGrad: (step, frame, builder) => {
    const valueAndGrad = requireLifted(builder.context.library, 'valueAndGrad');
    const options = optionsOf(step.valueAndGrad, builder, 'method');
    keep(step, frame, valueAndGrad(methodFunction(step.valueAndGrad.method), ownerOf(step, frame), evaluateAll(step.args, frame), options));
  },
  customVjp: (step, frame, builder) => {
    const { library } = builder.context;
    const customVjp = requireLifted(library, 'customVjp');
    const vjp = requireLifted(library, 'vjp');
    const { method, variables = 'identity', args = 'identity' } = step.customVjp;
    const forward: ModuleFunction = (module, ...inputs) => vjp(methodFunction(method), module, inputs);
    const backward = (pullBack: unknown, cotangent: unknown): unknown => {
      if (typeof pullBack !== 'function') throw new CaseFormatError('vjp must give a function of cotangents');
      const [byVariables, ...byArguments] = asArray(Reflect.apply(pullBack, undefined, [cotangent]) as Value, 'gradients');
      return [treeFunction(variables, library)(byVariables), ...byArguments.map(treeFunction(args, library))];
    };
    keep(step, frame, (customVjp(methodFunction(method), forward, backward) as ModuleFunction)(ownerOf(step, frame), ...evaluateAll(step.args, frame)));
  },
};
