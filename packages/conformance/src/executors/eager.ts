import type { CaseFunction, Executor } from './executor.js';

/** Calls the function as it stands: every operation is evaluated at once. */
export const eager: Executor = {
  name: 'eager',
  prepare: (f: CaseFunction) => ({
    call: async (...args) => f(...args),
    dispose: async () => {},
  }),
};
