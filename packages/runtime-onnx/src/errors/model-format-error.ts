import { FlaxonError } from '@flaxon/tensor';

/** A file or message that is not well-formed ONNX, or a model that the format cannot hold. */
export class ModelFormatError extends FlaxonError {
  /** The message that was being read or written, such as `GraphProto`; undefined where none is concerned. */
  readonly messageName: string | undefined;
  /** The byte offset in the input; undefined where the fault is not at one place. */
  readonly offset: number | undefined;

  constructor(description: string, place: { readonly messageName?: string; readonly offset?: number } = {}) {
    const where = [
      place.messageName === undefined ? '' : ` in ${place.messageName}`,
      place.offset === undefined ? '' : ` at byte ${place.offset}`,
    ].join('');
    super(`${description}${where}`);
    this.messageName = place.messageName;
    this.offset = place.offset;
  }
}
