/** How the arguments and the result of `init` and `apply` follow from the method that they run. */
import type { Filter } from '../filter.js';
import type { WithUpdates } from '../scope/init-apply.js';
import type { Variables } from '../variables.js';
import type { Module } from './module.js';
import type { CaptureFilter } from './running.js';

type AnyFunction = (...args: never[]) => unknown;
type Callable = { readonly call: AnyFunction };

/** The members of a module that its own class adds. */
type OwnName<M extends Module> = Exclude<keyof M & string, keyof Module>;

/** The names of a module's methods, and of its attributes that are modules. Of a module of unknown class, any name. */
export type MethodName<M extends Module> = [OwnName<M>] extends [never]
  ? string
  : { [K in OwnName<M>]: NonNullable<M[K]> extends AnyFunction | Callable ? K : never }[OwnName<M>];

type MemberOf<M, Name> = Name extends keyof M ? NonNullable<M[Name]> : unknown;

/** The arguments of a method; unknown ones where the class is not known. */
export type MethodArguments<M extends Module, Name> =
  MemberOf<M, Name> extends (...args: infer Args) => unknown
    ? Readonly<Args>
    : MemberOf<M, Name> extends { call(...args: infer Args): unknown }
      ? Readonly<Args>
      : readonly unknown[];

/** What a method returns. */
export type MethodResult<M extends Module, Name> =
  MemberOf<M, Name> extends (...args: never[]) => infer Result
    ? Result
    : MemberOf<M, Name> extends { call(...args: never[]): infer Result }
      ? Result
      : unknown;

/** What `method` may be: a name, or a function of the module. */
export type MethodSpec<M extends Module> = 'call' | MethodName<M> | ((module: M, ...args: never[]) => unknown);

/** The result alone, or with updates where collections may be written or intermediates are captured. */
export type ApplyResult<Y, Mutable extends Filter, Captured extends Capture> = Captured extends false ? WithUpdates<Y, Mutable> : [Y, Variables];

/** True for the outputs of every `call`, or a function that chooses methods. */
export type Capture = boolean | CaptureFilter;
