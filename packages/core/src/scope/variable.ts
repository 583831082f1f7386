import { Tensor } from '@flaxon/tensor';
import { AxisMetadata, unbox } from '../metadata/axis-metadata.js';
import type { VariableValue } from '../variables.js';
import type { Scope } from './scope.js';

/** A variable of a scope, by reference: `value` reads it and, where its collection is mutable, writes it (Flax: `Variable`). */
export class Variable<T extends VariableValue = VariableValue> {
  readonly scope: Scope;
  readonly collection: string;
  readonly name: string;

  constructor(scope: Scope, collection: string, name: string) {
    this.scope = scope;
    this.collection = collection;
    this.name = name;
  }

  get value(): T {
    // The type is the creator's word: nothing but `putVariable` under the same name can put something else here.
    return unbox(this.scope.getVariable(this.collection, this.name)) as T;
  }

  /** @throws ModifyScopeVariableError where the collection is immutable */
  set value(value: T) {
    const stored = this.scope.getVariable(this.collection, this.name);
    // Metadata belong to the variable: they stay when its value changes.
    const isBoxed = stored instanceof AxisMetadata && value instanceof Tensor && !(value instanceof AxisMetadata);
    this.scope.putVariable(this.collection, this.name, isBoxed ? stored.replaceBoxed(value) : value);
  }

  get isMutable(): boolean {
    return this.scope.isMutableCollection(this.collection);
  }
}
