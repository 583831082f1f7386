/**
 * How many nodes the peers' graphs have: jax2onnx 0.17.1 (JAX 0.10.2, Flax 0.12.8, NetKet 3.23.0, OTT 0.6.0) and the exporter of PyTorch 2.13.0 (`dynamo=True`),
 * run on the same tasks; bodies of `Loop` and `If` counted, then after the extended optimisation of ONNX Runtime 1.31.1. Only graphs that load and
 * are right within the tolerance of the row are here: where a peer refuses the task as written, that of the nearest one it takes (a gradient by hand, a
 * function that was traced before).
 */
import type { ExportRow } from './row.js';

export interface NodeCounts {
  /** As saved. */
  readonly saved: number;
  /** After ONNX Runtime's extended optimisation. */
  readonly optimized: number;
}

export interface PeerGraphs {
  readonly peer: 'jax2onnx' | 'torch';
  /** How the task had to be written, where not as a user would. */
  readonly how?: 'by hand' | 'traced before';
  readonly dynamic?: NodeCounts;
  readonly static?: NodeCounts;
}

type Pair = readonly [saved: number, optimized: number];

const counts = ([saved, optimized]: Pair): NodeCounts => ({ saved, optimized });

/** One peer's graphs with a dynamic and with a static batch. */
const graphs = (peer: PeerGraphs['peer'], dynamic: Pair | undefined, fixed: Pair | undefined = dynamic, how?: PeerGraphs['how']): PeerGraphs => ({
  peer,
  ...(how && { how }),
  ...(dynamic && { dynamic: counts(dynamic) }),
  ...(fixed && { static: counts(fixed) }),
});

const peers: Readonly<Record<string, readonly PeerGraphs[]>> = {
  '1_mlp': [graphs('jax2onnx', [5, 3]), graphs('torch', [5, 3])],
  '2_potential_value_d2': [graphs('torch', [14, 10]), graphs('jax2onnx', [27, 27], [26, 26], 'by hand')],
  '2_potential_value_d50': [graphs('torch', [14, 10]), graphs('jax2onnx', [31, 26], [31, 26], 'traced before')],
  '3_potential_grad_d2': [graphs('torch', [34, 33], [25, 24], 'traced before'), graphs('jax2onnx', [118, 82], [53, 42], 'by hand')],
  '3_potential_grad_d50': [graphs('torch', [34, 33], [25, 24], 'traced before')],
  '3b_potential_grad_sum_d2': [graphs('torch', [34, 33], [25, 24], 'traced before')],
  '4_potential_map_d2': [graphs('jax2onnx', [18, 18])],
  '5_dense_f64': [graphs('jax2onnx', [1, 1])],
  '6_potential_f64_d2': [graphs('jax2onnx', [31, 26], [31, 26], 'traced before')],
  '7_maskedconv1d_excl_f32': [graphs('jax2onnx', [7, 6])],
  '7_maskedconv1d_incl_f32': [graphs('jax2onnx', [6, 5])],
  '8_arnnconv_logpsi_f32': [graphs('jax2onnx', [83, 60], [59, 40])],
  '9_arnndense_logpsi_f32': [graphs('jax2onnx', [109, 60], [55, 43])],
  '9_arnndense_logpsi_f64': [graphs('jax2onnx', [109, 60], [55, 43])],
  '10_arnnconv_conditionals_f32': [graphs('jax2onnx', [56, 45], [45, 29])],
  '10_arnndense_conditionals_f32': [graphs('jax2onnx', [82, 45], [41, 32])],
  '10_arnndense_conditionals_f64': [graphs('jax2onnx', [82, 45], [41, 32])],
  '11b_sampler_uniforms_conv_f32': [graphs('jax2onnx', undefined, [194, 119])],
  '11b_sampler_uniforms_dense_f32': [graphs('jax2onnx', undefined, [193, 121])],
  '11b_sampler_uniforms_dense_f64': [graphs('jax2onnx', undefined, [197, 123])],
  '12_cnn_eval': [graphs('jax2onnx', [17, 8], [12, 8])],
  '12_cnn_eval_nchw': [graphs('torch', [8, 6])],
  '13_transformer': [graphs('torch', [47, 45], [39, 37]), graphs('jax2onnx', [67, 59], [49, 45])],
  '14_lstm_rnn': [graphs('torch', [17, 18], [5, 5]), graphs('jax2onnx', [50, 50], [44, 42], 'by hand')],
  '14_bilstm': [graphs('torch', [17, 18], [5, 5])],
  '15_train_sgd_onehot': [graphs('torch', [62, 49], [54, 41], 'traced before'), graphs('jax2onnx', [85, 64], [59, 45], 'by hand')],
  '16_train_adam': [graphs('jax2onnx', [201, 174], [137, 126], 'by hand')],
  '18b_cond2': [graphs('jax2onnx', [7, 5])],
  '18c_while': [graphs('jax2onnx', [7, 7])],
  '18d_scan_fwd': [graphs('jax2onnx', [13, 12], [9, 9])],
  '18g_fori': [graphs('jax2onnx', [3, 3])],
  '19a_icnn_value_batch': [graphs('jax2onnx', undefined, [169, 77])],
  '19b_icnn_value_vmap': [graphs('jax2onnx', [273, 88], [273, 88], 'traced before')],
  '19c_icnn_grad_vmap': [graphs('jax2onnx', [532, 273], [399, 186])],
  '20_potential_hvp_leaky_d2': [graphs('jax2onnx', [136, 90], [9, 4], 'by hand')],
  '20_potential_hvp_tanh_d2': [graphs('jax2onnx', [111, 83], [98, 83], 'by hand')],
  '21_batchnorm_train': [graphs('jax2onnx', [40, 30], [40, 30], 'traced before')],
  '22_gru_cell': [graphs('jax2onnx', [17, 17])],
  '23a_gelu_exact_f32': [graphs('jax2onnx', [1, 1])],
  '23b_erf_f32': [graphs('jax2onnx', [1, 1])],
  '23c_softplus_f64': [graphs('jax2onnx', [12, 11], [12, 11], 'traced before')],
  '24_dense_int8_f64': [graphs('jax2onnx', [4, 3], [4, 3], 'traced before')],
  '25a_dense_rank1': [graphs('jax2onnx', undefined, [8, 8], 'traced before')],
  '25b_potential_rank1': [graphs('jax2onnx', undefined, [36, 28], 'traced before')],
};

/** The peers' graphs of a row; none where no peer does it right. */
export const peersOf = ({ id }: Pick<ExportRow, 'id'>): readonly PeerGraphs[] => peers[id] ?? [];

/** The smallest counts that any peer has, of each kind; undefined where no peer does it right. */
export function best(row: Pick<ExportRow, 'id'>, kind: 'dynamic' | 'static'): NodeCounts | undefined {
  const found = peersOf(row).flatMap((peer) => peer[kind] ?? []);
  if (found.length === 0) return undefined;
  return { saved: Math.min(...found.map(({ saved }) => saved)), optimized: Math.min(...found.map(({ optimized }) => optimized)) };
}
