import { GraphBuilder } from '../../graph/builder.js';
import { functionDomain, type Graph, type Value } from '../../graph/graph.js';

type Decomposition = (b: GraphBuilder, x: Value) => Value;

/**
 * An elementwise function of one operand as a local function of the model, so that a long decomposition is one node of the
 * graph. ONNX Runtime inlines it when it loads the model.
 */
export const callElementwise = (b: GraphBuilder, name: string, x: Value, nodes: Decomposition): Value =>
  b.callFunction(`${name}_${x.dtype}`, [x], [x], (inner, [parameter]) => [nodes(inner, parameter!)])[0]!;

/** The operators that `decomposition` takes for one array of the dtype of `x`, those inside local functions included. */
export function operatorsOf({ opset, device }: GraphBuilder, { dtype }: Value, decomposition: Decomposition): readonly string[] {
  const scratch = new GraphBuilder('scratch', opset, { device });
  decomposition(scratch, scratch.input('x', { dtype, shape: [] }));
  const bodies = new Map(scratch.functions.map(({ name, graph }) => [name, graph]));
  const list = ({ nodes }: Graph): string[] => nodes.flatMap(({ op, domain }) => (domain === functionDomain ? list(bodies.get(op)!) : [op]));
  return list(scratch.graph);
}
