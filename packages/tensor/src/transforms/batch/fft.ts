import { bind } from '../../program/bind.js';
import { front, materialize, shiftAxis, type BatchRule } from './rule.js';

export const fftBatchRules: { readonly [P in 'dft']: BatchRule<P> } = {
  dft: (inputs, axes, params, size) => {
    const [axis] = axes;
    if (axis !== null && axes.every((one) => one === axis)) return { outputs: bind('dft', inputs, { ...params, axis: shiftAxis(params.axis, axis!) }), axes: [axis!, axis!] };
    return front(bind('dft', inputs.map((x, i) => materialize(x, axes[i]!, size)), { ...params, axis: params.axis + 1 }));
  },
};
