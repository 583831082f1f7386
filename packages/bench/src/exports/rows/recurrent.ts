import { Bidirectional, GRUCell, LSTMCell, OptimizedLSTMCell, RNN } from '@flaxon/layers';
import { random, spec, type Tensor, zeros } from '@flaxon/tensor';
import { type ExportRow, functionTask, perturbed, type Task, tolerances } from '../row.js';

const [steps, inputs, features] = [20, 16, 32];
const sequences = (batch: string | number) => [spec('float32', [batch, steps, inputs])];
const first = zeros([1, steps, inputs]);

function prepareLstm(): Task {
  const model = new RNN({ cell: new OptimizedLSTMCell({ features }) });
  const variables = perturbed(model.init(random.key(0), [first]));
  return { target: model.bind(variables), run: (x: Tensor): unknown => model.apply(variables, [x]), specs: sequences };
}

function prepareBidirectional(): Task {
  const lstm = (): RNN => new RNN({ cell: new LSTMCell({ features }) });
  const model = new Bidirectional({ forwardRnn: lstm(), backwardRnn: lstm() });
  const variables = perturbed(model.init(random.key(0), [first]));
  return { target: model.bind(variables), run: (x: Tensor): unknown => model.apply(variables, [x]), specs: sequences };
}

/** One step: the state goes in and comes out. */
function prepareGru(): Task {
  const model = new GRUCell({ features });
  const variables = perturbed(model.init(random.key(0), [zeros([1, features]), zeros([1, inputs])]));
  const step = (carry: Tensor, x: Tensor): unknown => model.apply(variables, [carry, x]);
  return functionTask(step, (batch) => [spec('float32', [batch, features]), spec('float32', [batch, inputs])]);
}

/** Recurrent networks over a sequence, and one step of one. */
export const recurrentRows: readonly ExportRow[] = [
  { id: '14_lstm_rnn', batch: 16, tolerance: tolerances.float32, prepare: prepareLstm },
  { id: '14_bilstm', batch: 16, tolerance: tolerances.float32, prepare: prepareBidirectional },
  { id: '22_gru_cell', batch: 16, tolerance: tolerances.float32, prepare: prepareGru },
];
