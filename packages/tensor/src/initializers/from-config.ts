import { ArgumentError } from '../errors/errors.js';
import { constant, normal, ones, truncatedNormal, uniform, zeros, type ConstantValue } from './basic.js';
import type { InitializerConfig, NamedInitializer } from './initializer.js';
import { deltaOrthogonal, orthogonal } from './orthogonal.js';
import {
  glorotNormal, glorotUniform, heNormal, heUniform, lecunNormal, lecunUniform, varianceScaling,
  type Distribution, type FanMode, type FanOptions,
} from './variance-scaling.js';

interface Entry {
  /** The attributes that the initializer knows. */
  readonly attributes: readonly string[];
  /** Makes it of them; the factory checks their values. */
  readonly make: (attributes: object) => NamedInitializer;
}

const axes = ['inAxis', 'outAxis', 'batchAxis'];
const fans = (make: (options: FanOptions) => NamedInitializer): Entry => ({ attributes: axes, make });

const entries: Readonly<Record<string, Entry>> = {
  zeros: { attributes: [], make: () => zeros },
  ones: { attributes: [], make: () => ones },
  constant: { attributes: ['value'], make: (attributes) => constant((attributes as { value: ConstantValue }).value) },
  normal: { attributes: ['stddev'], make: normal },
  truncatedNormal: { attributes: ['stddev', 'lower', 'upper'], make: truncatedNormal },
  uniform: { attributes: ['scale'], make: uniform },
  lecunNormal: fans(lecunNormal),
  lecunUniform: fans(lecunUniform),
  glorotNormal: fans(glorotNormal),
  glorotUniform: fans(glorotUniform),
  heNormal: fans(heNormal),
  heUniform: fans(heUniform),
  varianceScaling: {
    attributes: ['scale', 'mode', 'distribution', ...axes],
    make: (attributes) => {
      const { scale, mode, distribution, ...options } = attributes as { scale: number; mode: FanMode; distribution: Distribution } & FanOptions;
      return varianceScaling(scale, mode, distribution, options);
    },
  },
  orthogonal: { attributes: ['scale', 'columnAxis'], make: orthogonal },
  deltaOrthogonal: { attributes: ['scale', 'columnAxis'], make: deltaOrthogonal },
};

/**
 * The initializer that a configuration describes, such as `{ name: 'normal', stddev: 0.02 }`: the inverse of `initializerConfig`.
 * @throws ArgumentError if the name or an attribute is not known, or its value is not allowed.
 */
export function initializerFromConfig({ name, ...attributes }: InitializerConfig): NamedInitializer {
  if (!Object.hasOwn(entries, name)) {
    throw new ArgumentError('initializerFromConfig', 'name', `must be one of ${Object.keys(entries).join(', ')}, found ${JSON.stringify(name)}`);
  }
  const entry = entries[name]!;
  const unknown = Object.keys(attributes).find((attribute) => !entry.attributes.includes(attribute));
  if (unknown !== undefined) {
    const known = entry.attributes.length === 0 ? 'none' : entry.attributes.join(', ');
    throw new ArgumentError('initializerFromConfig', unknown, `is not an attribute of ${name}, which has ${known}`);
  }
  return entry.make(attributes);
}
