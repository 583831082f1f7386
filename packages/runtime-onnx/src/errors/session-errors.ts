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
  /** The devices that the runtime names. `cuda` and `webgpu` among them may still lack their driver. */
  readonly available: readonly string[];

  constructor(device: string, available: readonly string[], cause?: unknown) {
    const reason = cause instanceof Error ? ` (ONNX Runtime: ${cause.message.trim()})` : '';
    super(`the device \`${device}\` is not available in this ONNX Runtime; available: ${available.join(', ') || '(none)'}${reason}`, cause === undefined ? undefined : { cause });
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

/** More calls wait than may: the caller gives work faster than it is done. */
export class QueueFullError extends FlaxonError {
  /** How many calls may wait. */
  readonly limit: number;

  constructor(limit: number) {
    super(`${limit} call${limit === 1 ? '' : 's'} wait already, which is \`queueLimit\`. Wait for room (\`await session.room()\`), answer "try again later", or raise the limit.`);
    this.limit = limit;
  }
}

/** A worker ended while it ran a call. The next call gets a new worker. */
export class WorkerCrashError extends FlaxonError {
  /** With what the thread ended; undefined where the platform does not say. */
  readonly exitCode: number | undefined;

  constructor(exitCode: number | undefined, cause?: unknown) {
    const how = exitCode === undefined ? '' : ` with exit code ${exitCode}`;
    const why = cause instanceof Error ? `: ${cause.message}` : '';
    super(`the worker that ran this call ended${how}${why}. The next call starts a new one; run this one again if that does no harm.`, cause === undefined ? undefined : { cause });
    this.exitCode = exitCode;
  }
}

/** A session, or what runs in one, was used after it had been released. */
export class ReleasedError extends FlaxonError {
  readonly what: string;

  constructor(what: string) {
    super(`the ${what} was released, by \`release()\` or at the end of an \`await using\` block; make a new one, or release it later`);
    this.what = what;
  }
}
