import { type Dtype, FlaxonError } from '@flaxon/tensor';

export interface UnsupportedOperation {
  /** The primitive or composite. */
  readonly op: string;
  readonly dtype: Dtype | undefined;
  readonly device: string;
  /** The path of the module that made it; empty at the root. */
  readonly modulePath: string;
}

/** A program has an operation that cannot run as ONNX: found at export, never in the runtime. */
export class UnsupportedOpError extends FlaxonError implements UnsupportedOperation {
  readonly op: string;
  readonly dtype: Dtype | undefined;
  readonly device: string;
  readonly modulePath: string;

  constructor({ op, dtype, device, modulePath }: UnsupportedOperation, reason: string) {
    const where = modulePath === '' ? '' : ` in module \`${modulePath}\``;
    super(`\`${op}\`${dtype === undefined ? '' : ` of ${dtype}`}${where} cannot be exported for ${device}: ${reason}`);
    this.op = op;
    this.dtype = dtype;
    this.device = device;
    this.modulePath = modulePath;
  }
}
