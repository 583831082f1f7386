/** Tensors to the inputs of a graph and from its outputs: one by one, or packed. */
import { concrete, type Spec, type Tensor, type TypedArray } from '@flaxon/tensor';
import type { PackedPort } from '../lower/build-graph.js';
import type { OrtRuntime, OrtTensor } from '../session/runtime.js';
import { fromOrt, toOrt, transferType } from '../session/transfer.js';
import { pack, type PackedGroup, type PackingPlan, planPacking, unpack } from './packing.js';

export class Ports {
  /** What crosses: the names of inputs to feed, or of outputs to fetch. */
  readonly names: readonly string[];
  /** The packed ones, by the numbers that their members have among all leaves of the graph. */
  readonly packing: readonly PackedPort[];
  readonly #leaves: readonly Spec[];
  readonly #single: readonly { readonly member: number; readonly name: string }[];
  readonly #groups: readonly { readonly group: PackedGroup; readonly name: string }[];

  /** `leaves` have `leafNames`; the first of them is number `first` of the graph. Packed arrays are named `packed/<direction>/<dtype>`. */
  constructor(direction: string, leaves: readonly Spec[], leafNames: readonly string[], first = 0) {
    const plan: PackingPlan = planPacking(leaves);
    this.#leaves = leaves;
    this.#single = plan.single.map((member) => ({ member, name: leafNames[member]! }));
    this.#groups = plan.groups.map((group) => ({ group, name: `packed/${direction}/${group.dtype}` }));
    this.names = [...this.#single, ...this.#groups].map(({ name }) => name);
    this.packing = this.#groups.map(({ group, name }) => ({ name, members: group.members.map((member) => member + first) }));
  }

  /** Adds what is fed to `feeds`; `leaf(i)` is the tensor of leaf i. */
  feed(feeds: Record<string, OrtTensor>, runtime: Pick<OrtRuntime, 'Tensor'>, leaf: (index: number) => Tensor): void {
    for (const { member, name } of this.#single) feeds[name] = toOrt(runtime, leaf(member));
    for (const { group, name } of this.#groups) {
      const data = pack(group, group.members.map((member) => leaf(member).data()));
      feeds[name] = new runtime.Tensor(transferType(group.dtype), data, [group.total]);
    }
  }

  /** The tensors among what was fetched. */
  tensors(fetched: Readonly<Record<string, OrtTensor>>): Tensor[] {
    const results: Tensor[] = [];
    for (const { member, name } of this.#single) results[member] = fromOrt(fetched[name]!, this.#leaves[member]!.dtype);
    for (const { group, name } of this.#groups) {
      const { dtype } = group;
      const parts: TypedArray[] = unpack(group, fromOrt(fetched[name]!, dtype).data());
      group.members.forEach((member, i) => (results[member] = concrete(parts[i]!, this.#leaves[member]!.shape as readonly number[], dtype)));
    }
    return results;
  }
}
