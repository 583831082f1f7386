import { ott } from '@flaxon/layers';
import { grad, random, spec, type Tensor, vmap, zeros } from '@flaxon/tensor';
import { type ExportRow, functionTask, perturbed, type Task, tolerances } from '../row.js';

const dimension = 2;
const points: Task['specs'] = (batch) => [spec('float32', [batch, dimension])];

function network() {
  const model = new ott.ICNN({ dimData: dimension, dimHidden: [64, 64, 64, 64], posWeights: true });
  const variables = perturbed(model.init(random.key(0), [zeros([3, dimension])]));
  return { model, variables, value: (x: Tensor): Tensor => model.apply(variables, [x]) };
}

function prepareBatch(): Task {
  const { model, variables, value } = network();
  return { target: model.bind(variables), run: value, specs: points };
}

/** Input convex networks. */
export const convexRows: readonly ExportRow[] = [
  { id: '19a_icnn_value_batch', batch: 64, tolerance: tolerances.float32, prepare: prepareBatch },
  { id: '19b_icnn_value_vmap', batch: 64, tolerance: tolerances.float32, prepare: () => functionTask(vmap(network().value), points) },
  { id: '19c_icnn_grad_vmap', batch: 64, tolerance: tolerances.float32, prepare: () => functionTask(vmap(grad(network().value)), points) },
];
