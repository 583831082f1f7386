import { FlaxonError } from '@flaxon/tensor';

export type CheckpointFormat = 'msgpack' | 'safetensors' | 'npz' | 'checkpoint';

/** What is said of a file may have names out of it, of any length. */
const shortened = (text: string): string => (text.length > 1000 ? `${text.slice(0, 1000)}...` : text);

/** Bytes that are not what they should be: cut off, damaged, of another format, or made to do harm. */
export class CheckpointFormatError extends FlaxonError {
  readonly format: CheckpointFormat;
  /** Where in the file, in bytes; undefined where it concerns the whole. */
  readonly offset: number | undefined;
  readonly problem: string;

  constructor(format: CheckpointFormat, problem: string, offset?: number) {
    super(`${format}: ${shortened(problem)}${offset === undefined ? '' : ` (at byte ${offset})`}.`);
    this.format = format;
    this.offset = offset;
    this.problem = problem;
  }
}

/** A value that a format has no form for. */
export class UnsupportedValueError extends FlaxonError {
  readonly format: CheckpointFormat;
  /** The path of the value in the tree, such as `params/Dense_0/kernel`. */
  readonly path: string;
  readonly found: string;

  constructor(format: CheckpointFormat, path: string, found: string, fix: string) {
    super(`${format}: ${path === '' ? 'the value' : `\`${path}\``} is ${found}, which the format has no form for. ${fix}`);
    this.format = format;
    this.path = path;
    this.found = found;
  }
}

/** A state dict that does not have the structure of the target. */
export class StateDictError extends FlaxonError {
  /** The path of the node in the target, such as `params/Dense_0`; empty at its root. */
  readonly path: string;
  readonly expected: string;
  readonly found: string;

  constructor(path: string, expected: string, found: string, fix: string) {
    super(`fromStateDict: ${path === '' ? 'the root' : `\`${path}\``} must be ${expected}, found ${found}. ${fix}`);
    this.path = path;
    this.expected = expected;
    this.found = found;
  }
}
