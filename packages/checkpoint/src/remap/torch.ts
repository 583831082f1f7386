import { transpose, tree, type Tensor, type Tree } from '@flaxon/tensor';
import type { CheckpointTree } from '../values.js';
import { tensorsOf } from '../tensors-of.js';
import { Names, type RemapRule } from './rule.js';

/** Where PyTorch's (out, in, ...window) goes to become Flax's (...window, in, out), by rank. */
const kernelAxes = (rank: number): readonly number[] => [...Array.from({ length: rank - 2 }, (_, axis) => axis + 2), 1, 0];

const toKernel = (weight: Tensor): Tensor => (weight.rank < 2 ? weight : transpose(weight, kernelAxes(weight.rank)));

interface Form {
  /** Under which names of the target a tensor of PyTorch may stand, with the collection. */
  readonly places: readonly (readonly [collection: string, name: string])[];
}

const forms: Readonly<Record<string, Form>> = {
  weight: { places: [['params', 'kernel'], ['params', 'scale'], ['params', 'embedding']] },
  bias: { places: [['params', 'bias']] },
  running_mean: { places: [['batch_stats', 'mean']] },
  running_var: { places: [['batch_stats', 'var']] },
};

/**
 * What layers of `torch.nn` have as the layers of `target` have it, as far as their modules have the same paths, `.` or `/` between names: `weight` as `kernel` with its
 * axes turned (Linear, Conv), `scale` (norms) or `embedding`, whichever the target has; running statistics in `batch_stats`; no count of batches. What the
 * target has no place for stays as it is. Weights of a transposed convolution are (in, out, ...window) and need a rule of their own.
 *
 *     mergeStateDict(variables, await readTensors(file), { rules: [remap.rename(/^bert\./u, ''), remap.torch(variables)] });
 */
export const torch = (target: CheckpointTree): RemapRule => {
  const wanted = new Set(tree.flattenWithPath(tensorsOf(target) as Tree<Tensor>).map(({ path }) => path));
  return (tensors) => {
    const names = new Names('remap.torch');
    for (const [path, tensor] of tensors) {
      const keys = path.split(/[./]/u);
      const last = keys.pop()!;
      if (last === 'num_batches_tracked') continue;
      const place = (Object.hasOwn(forms, last) ? forms[last]!.places : []).find(([collection, name]) => wanted.has([collection, ...keys, name].join('/')));
      if (place === undefined) names.add(path, tensor);
      else names.add([place[0], ...keys, place[1]].join('/'), place[1] === 'kernel' ? toKernel(tensor) : tensor);
    }
    return names.all;
  };
};
