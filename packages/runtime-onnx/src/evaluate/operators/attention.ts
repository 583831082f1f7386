/** ONNX's `Attention` (opset 23): scores, what is added to them, softmax, values. */
import { add, astype, bind, concatenate, div, greaterEqual, iota, less, lessEqual, matmul, mul, pad, repeat, reshape, scalar, softmax, sub, swapaxes, tanh, type Tensor, transpose, where } from '@flaxon/tensor';
import type { NodeCall, OperatorRule } from '../node-call.js';

/** (batch, length, heads depth) as (batch, heads, length, depth). */
function withHeads(x: Tensor, heads: number): Tensor {
  if (x.rank === 4) return x;
  const [batch, length, width] = x.staticShape() as [number, number, number];
  return transpose(reshape(x, [batch, length, heads, width / heads]), [0, 2, 1, 3]);
}

const joined = (x: Tensor): Tensor => {
  const [batch, heads, length, depth] = x.staticShape() as [number, number, number, number];
  return reshape(transpose(x, [0, 2, 1, 3]), [batch, length, heads * depth]);
};

/** Keys are shared by groups of neighbouring query heads. */
const forHeads = (x: Tensor, heads: number): Tensor => (x.shape[1] === heads ? x : repeat(x, heads / x.staticShape()[1]!, 1));

/** Which keys a query may see by their places: the query i stands at i + offset among the keys, where an offset is one number, or one a batch row. */
function visible(call: NodeCall, [queries, keys]: readonly [number, number], offset: Tensor): Tensor[] {
  const place = (axis: number): Tensor => iota('int32', [1, 1, queries, keys], axis);
  const ahead = sub(place(3), add(place(2), offset));
  const [left, right] = [call.int('left_window_size', -1), call.int('right_window_size', -1)];
  return [
    ...(call.flag('is_causal') ? [lessEqual(ahead, 0)] : []),
    ...(left >= 0 ? [greaterEqual(ahead, -left)] : []),
    ...(right >= 0 ? [lessEqual(ahead, right)] : []),
  ];
}

/** What is added to the scores (batch, heads, queries, keys): minus infinity where a query may not see a key. */
function additions(call: NodeCall, sizes: readonly [number, number], past: number): Tensor[] {
  const { dtype } = call.input(0);
  const [queries, keys] = sizes;
  const hidden = (isSeen: Tensor): Tensor => where(isSeen, scalar(0, dtype), scalar(-Infinity, dtype));
  const found: Tensor[] = [];
  const mask = call.inputs[3];
  if (mask) {
    const short = keys - mask.staticShape().at(-1)!;
    const whole = short <= 0 ? mask : pad(mask, mask.shape.map((_, axis) => [0, axis === mask.rank - 1 ? short : 0] as const), { constantValues: mask.dtype === 'bool' ? false : -Infinity });
    found.push(whole.dtype === 'bool' ? hidden(whole) : astype(whole, dtype));
  }
  // Keys beyond these counts are the padding of a cache that is kept outside; the queries stand at its end.
  const counts = call.inputs[6] && reshape(astype(call.input(6), 'int32'), [-1, 1, 1, 1]);
  if (counts) found.push(hidden(less(iota('int32', [1, 1, 1, keys], 3), counts)));
  const offset = counts ? sub(counts, queries) : scalar(past, 'int32');
  return [...found, ...visible(call, sizes, offset).map(hidden)];
}

function attention(call: NodeCall): readonly Tensor[] {
  const heads = call.input(0).rank === 4 ? call.input(0).staticShape()[1]! : call.int('q_num_heads');
  const keyHeads = call.input(1).rank === 4 ? call.input(1).staticShape()[1]! : call.int('kv_num_heads');
  const [q, k, v] = [withHeads(call.input(0), heads), withHeads(call.input(1), keyHeads), withHeads(call.input(2), keyHeads)];
  const [pastKey, pastValue] = [call.inputs[4], call.inputs[5]];
  const key = pastKey ? concatenate([pastKey, k], 2) : k;
  const value = pastValue ? concatenate([pastValue, v], 2) : v;
  const past = pastKey ? pastKey.staticShape()[2]! : 0;
  const depth = q.staticShape()[3]!;
  const factor = Math.sqrt(call.has('scale') ? call.float('scale') : 1 / Math.sqrt(depth));
  const scores = matmul(mul(q, factor), swapaxes(mul(forHeads(key, heads), factor), -1, -2));
  const sizes = [q.staticShape()[2]!, key.staticShape()[2]!] as const;
  const cap = call.float('softcap', 0);
  const limited = cap === 0 ? scores : mul(tanh(div(scores, cap)), cap);
  const masked = additions(call, sizes, past).reduce((sum, one) => add(sum, one), limited);
  const weights = softmax(masked, { axis: -1 });
  // A query that sees nothing has weights of 0 / 0, which are zeros.
  const safe = where(bind('isNan', [weights], {})[0]!, scalar(0, weights.dtype), weights);
  const result = matmul(safe, forHeads(value, heads));
  const output = call.input(0).rank === 4 ? result : joined(result);
  return [output, key, value, [scores, limited, masked, safe][call.int('qk_matmul_output_mode', 0)] ?? scores];
}

export const attentionOperators = { Attention: attention } as const satisfies Readonly<Record<string, OperatorRule>>;
