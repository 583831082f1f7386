/** Euler's constant, the limit of 1 + 1/2 + ... + 1/n - log(n) (jnp.euler_gamma). */
export const eulerGamma = 0.57721566490153286;
