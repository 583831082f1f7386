import { bindCheckpoint } from '../bind-checkpoint.js';
import { trace } from '../../program/trace.js';
import type { JvpRule, Tangent } from './rule.js';

/** The function on values and tangents, of which reverse mode keeps as little as of the function. */
export const checkpointJvp: JvpRule<'checkpoint'> = (primals, tangents, params, derive) => {
  const given = tangents.filter((tangent) => tangent !== null);
  let active: boolean[] = [];
  const traced = trace((...inputs) => {
    const moves = inputs.slice(primals.length);
    const derived = derive(params.body, inputs.slice(0, primals.length), tangents.map((tangent): Tangent => (tangent ? moves.shift()! : null)));
    active = derived.tangents.map((tangent) => tangent !== null);
    return [...derived.outputs, ...derived.tangents.filter((tangent) => tangent !== null)];
  }, [...primals, ...given]);
  const results = bindCheckpoint(traced, [...primals, ...given], params);
  const moved = results.slice(active.length);
  return { outputs: results.slice(0, active.length), tangents: active.map((one) => (one ? moved.shift()! : null)) };
};
