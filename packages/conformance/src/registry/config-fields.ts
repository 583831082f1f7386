/** How the fields of configs are read whose values a case writes by name. */

const activationFields: ReadonlySet<string> = new Set(['layers', 'pooling', 'hiddenActivation', 'hiddenActivations', 'outputActivation', 'activation', 'activationFn', 'gateFn', 'actFn', 'rectifierFn']);

/** Whether strings in `field` name functions of the library. The `layers` of `Sequential` hold modules and functions. */
export const isActivationField = (field: string): boolean => activationFields.has(field);

/** Whether objects in `field` describe initializers: `kernelInit`, `biasInit`, ..., and `initFn`. */
export const isInitializerField = (field: string): boolean => field === 'initFn' || /^[a-z]\w*Init$/u.test(field);

/** Whether a value names a complex dtype, of which the library has none. */
export const isComplexDtype = (value: unknown): value is string => value === 'complex64' || value === 'complex128';
