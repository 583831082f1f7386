import type { GraphBuilder } from '../../graph/builder.js';
import type { Value } from '../../graph/graph.js';

/**
 * An elementwise function of one operand as a local function of the model, so that a long decomposition is one node of the
 * graph. ONNX Runtime inlines it when it loads the model.
 */
export const callElementwise = (b: GraphBuilder, name: string, x: Value, nodes: (b: GraphBuilder, x: Value) => Value): Value =>
  b.callFunction(`${name}_${x.dtype}`, [x], [x], (inner, [parameter]) => [nodes(inner, parameter!)])[0]!;
