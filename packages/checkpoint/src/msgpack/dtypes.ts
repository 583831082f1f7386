import { isDtype, type Dtype } from '@flaxon/tensor';
import { CheckpointFormatError } from '../errors.js';

/** dtype names are NumPy's, which are ours. @throws CheckpointFormatError for one that tensors do not have */
export function requireDtypeName(name: string, offset: number): Dtype {
  if (isDtype(name)) return name;
  throw new CheckpointFormatError('msgpack', `an array has the dtype \`${name}\`, which tensors do not have; convert it before saving, for example with \`x.astype('float32')\``, offset);
}
