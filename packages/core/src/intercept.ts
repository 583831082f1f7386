import { running, withPushed, type Interceptor } from './module/running.js';

/**
 * Runs `body` with `interceptor` around every method of every module, `setup` included (Flax: `intercept_methods`). Of several, the
 * one entered last is nearest to the method.
 *
 *     interceptMethods((next, args, { module, method }) => {
 *       console.log(module.path, method);
 *       return next(...args);
 *     }, () => model.apply(variables, [x]));
 */
export function interceptMethods<T>(interceptor: Interceptor, body: () => T): T {
  return withPushed(running.interceptors, interceptor, body);
}
