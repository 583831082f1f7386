import { bind } from '../../program/bind.js';
import { instantiate, type JvpRule } from './rule.js';

export const fftJvpRules: { readonly [P in 'dft']: JvpRule<P> } = {
  dft: (primals, tangents, params) => ({
    outputs: bind('dft', primals, params),
    tangents: bind('dft', primals.map((primal, i) => instantiate(tangents[i] ?? null, primal)), params),
  }),
};
