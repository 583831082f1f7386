import { ShapeError } from '../../errors/errors.js';
import { isStatic } from '../../shape/dim.js';
import { equalShapes, formatShape } from '../../shape/shape.js';
import { requireAxes, requireDtype, requireSameDtype, type ShapeRule } from './rule.js';

export const fftShapeRules: { readonly [P in 'dft']: ShapeRule<P> } = {
  dft: (inputs, { axis }) => {
    const [real, imag] = inputs;
    const dtype = requireSameDtype('dft', inputs);
    requireDtype('dft', real!, (found) => found === 'float32' || found === 'float64', 'float32 or float64');
    requireAxes('dft', [axis], real!.shape.length, real!);
    if (!equalShapes(real!.shape, imag!.shape)) throw new ShapeError('dft', inputs.map(({ shape }) => formatShape(shape)), 'real and imaginary parts must have one shape');
    const size = real!.shape[axis]!;
    if (!isStatic(size) || size < 1) throw new ShapeError('dft', [formatShape(real!.shape)], `axis ${axis} must have a known size of 1 or more`);
    return [{ shape: real!.shape, dtype }, { shape: real!.shape, dtype }];
  },
};
