import type { Scope } from '../scope/scope.js';
import type { ClassInfo } from './class-info.js';
import type { Module } from './module.js';
import type { NameScope } from './name-scope.js';

/** Whose submodule a module is; a scope for a module that was bound at the top; null for one that belongs nowhere yet. */
export type Parent = Module | Scope | null;

/** Where a module keeps what is not an attribute. */
export const STATE: unique symbol = Symbol('flaxon.module.state');

/** What a module is besides its attributes: its place among the others, and what it is doing. */
export class ModuleState {
  readonly info: ClassInfo;
  /** The module as everybody sees it. */
  readonly module: Module;
  /** The object behind it that holds its properties. */
  readonly target: object;
  parent: Parent;
  name: string | undefined;
  /** Undefined while the module is unbound. */
  scope: Scope | undefined;
  /** True once the module has its name and scope: from then on it is frozen. */
  attached = false;
  inSetup = false;
  inCompact = false;
  setupDone = false;
  /** By class name, how many submodules without an explicit name the running compact method has constructed. */
  readonly nameCursor = new Map<string, number>();
  /** What was declared here: submodules, and the collections of variables. */
  readonly children = new Map<string, Module | string>();
  /** By method, the submodules of those in `static compactNameScope`. */
  readonly nameScopes = new Map<string, NameScope>();

  constructor(info: ClassInfo, module: Module, target: object, parent: Parent, name: string | undefined) {
    this.info = info;
    this.module = module;
    this.target = target;
    this.parent = parent;
    this.name = name;
  }

  /** Whether parameters, variables and submodules may be declared now. */
  get mayDeclare(): boolean {
    return this.scope !== undefined && (!this.attached || this.inSetup || this.inCompact);
  }

  /** After the outermost compact method or `setup`: the next run names its submodules from the start. */
  endDeclaring(): void {
    this.inCompact = false;
    this.inSetup = false;
    this.nameCursor.clear();
  }
}

/** Whether `value` is a module. */
export const isModule = (value: unknown): value is Module => typeof value === 'object' && value !== null && STATE in value;

export const stateOf = (module: Module): ModuleState => module[STATE];
