import { running } from './running.js';

/**
 * What runs `f` later as if it were now: with the interceptors and the captures of this moment. A derivative calls the author's
 * rule only when somebody differentiates, which may be after the call that the rule belongs to.
 */
export function runningNow(): <T>(f: () => T) => T {
  const [captures, interceptors] = [[...running.captures], [...running.interceptors]];
  return (f) => {
    const [later, laterInterceptors] = [running.captures.splice(0), running.interceptors.splice(0)];
    running.captures.push(...captures);
    running.interceptors.push(...interceptors);
    try {
      return f();
    } finally {
      running.captures.splice(0, Infinity, ...later);
      running.interceptors.splice(0, Infinity, ...laterInterceptors);
    }
  };
}
