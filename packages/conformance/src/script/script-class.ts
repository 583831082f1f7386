import { Module } from '@flaxon/core';
import { z } from 'zod';
import type { ModuleConstructor } from '../registry/modules.js';
import { mapEntries } from '../values.js';
import type { ModuleBuilder } from './builder.js';
import { Frame } from './frame.js';
import { runSteps } from './interpreter.js';
import type { Body, ClassSpec } from './syntax.js';

/**
 * The class that a script describes. Its methods run the steps of their bodies; those marked `compact` are listed as such,
 * and every class has a `setup`, if an empty one, since `call` would be compact without it.
 */
export function defineScriptClass(spec: ClassSpec, builder: ModuleBuilder): ModuleConstructor {
  const fields = mapEntries(spec.fields ?? {}, () => z.custom<unknown>(() => true));
  class ScriptModule extends Module.define(fields) {
    static readonly moduleName = spec.class;
    static readonly compact = Object.keys(spec.methods).filter((name) => spec.methods[name]!.compact === true);

    setup(): void {
      runSteps(spec.setup ?? [], new Frame(this), builder);
    }
  }
  for (const [name, body] of Object.entries(spec.methods)) {
    Object.defineProperty(ScriptModule.prototype, name, { value: methodOf(name, body, builder), writable: true, configurable: true });
  }
  return ScriptModule;
}

function methodOf(name: string, body: Body, builder: ModuleBuilder): (this: object, ...args: readonly unknown[]) => unknown {
  return function (this: object, ...args: readonly unknown[]): unknown {
    if (args.length !== body.params.length) {
      throw new TypeError(`the method ${name} of the script takes ${body.params.length} arguments, got ${args.length}`);
    }
    const frame = new Frame(this, body.params.map((param, i) => [param, args[i]] as const));
    runSteps(body.steps, frame, builder);
    return body.return === undefined ? null : frame.evaluate(body.return);
  };
}
