import { FlaxonError } from '@flaxon/tensor';

/** No ONNX Runtime to run a graph with. */
export class RuntimeMissingError extends FlaxonError {
  constructor(cause: unknown) {
    super(
      '`onnxruntime-node` is not installed. Install it (`npm install onnxruntime-node`), or hand in another ONNX Runtime: ' +
        "`import * as ort from 'onnxruntime-web'` and `{ runtime: ort }`.",
      { cause },
    );
  }
}

/** The device asked for is not there. */
export class DeviceError extends FlaxonError {
  readonly device: string;
  readonly available: readonly string[];

  constructor(device: string, available: readonly string[], cause?: unknown) {
    super(`the device \`${device}\` is not available in this ONNX Runtime; available: ${available.join(', ') || '(none)'}`, cause === undefined ? undefined : { cause });
    this.device = device;
    this.available = available;
  }
}

/** What was fed to a session does not fit its inputs. */
export class FeedError extends FlaxonError {
  /** The input concerned. */
  readonly input: string;
  readonly expected: string;
  readonly found: string;

  constructor(input: string, expected: string, found: string) {
    super(`input \`${input}\`: expected ${expected}, found ${found}`);
    this.input = input;
    this.expected = expected;
    this.found = found;
  }
}
