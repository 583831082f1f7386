import { externaliseTensors } from '../format/external-data.js';
import type { OnnxGraph, OnnxModelData, OnnxNode, OnnxTensor } from '../format/types.js';
import { modelSchema } from '../format/schema.js';
import { encodeChunks, encodeModel, maximumMessageLength } from '../format/writer.js';
import { createSession, type OnnxSession } from '../session/session.js';
import type { SessionOptions } from '../session/session-options.js';
import type { TensorSignature } from '../session/transfer.js';
import { summarize } from './summary.js';

/** Room for everything in a model that is not elements of tensors. */
const descriptionBytes = 2 ** 24;

const rawLength = ({ rawData }: OnnxTensor): number => rawData?.byteLength ?? 0;

function countNodes(nodes: readonly OnnxNode[]): number {
  let count = nodes.length;
  for (const { attribute = [] } of nodes) for (const { g } of attribute) if (g) count += countNodes(g.node ?? []);
  return count;
}

/** An ONNX model: a plain description, and what can be done with it. */
export class OnnxModel {
  /** The messages of the file. */
  readonly data: OnnxModelData;
  readonly inputs: readonly TensorSignature[];
  readonly outputs: readonly TensorSignature[];

  /** Use `exportOnnx`, or `compile(f).lower(...)`. */
  constructor(data: OnnxModelData, inputs: readonly TensorSignature[], outputs: readonly TensorSignature[]) {
    this.data = data;
    this.inputs = inputs;
    this.outputs = outputs;
  }

  get graph(): OnnxGraph {
    return this.data.graph ?? {};
  }

  /** The nodes of the graph, those of the bodies of loops included; a local function counts where it is called. */
  get nodeCount(): number {
    return countNodes(this.graph.node ?? []);
  }

  /** Bytes of all initialisers. */
  get parameterBytes(): number {
    return (this.graph.initializer ?? []).reduce((sum, tensor) => sum + rawLength(tensor), 0);
  }

  /**
   * The content of an `.onnx` file.
   * @throws ModelFormatError where it is longer than the 2 GiB that the format allows: use `save`.
   */
  toBytes(): Uint8Array<ArrayBuffer> {
    return encodeModel(this.data);
  }

  /**
   * Writes the model to `path`, atomically: under another name first, which is then renamed. Beyond 2 GiB, or with
   * `externalData`, the elements of initialisers go to a second file beside it, `<path>.data`.
   */
  async save(path: string, { externalData = this.parameterBytes > maximumMessageLength - descriptionBytes }: { readonly externalData?: boolean } = {}): Promise<void> {
    const { writeFileAtomically } = await import('./write-file.js');
    if (!externalData) return writeFileAtomically(path, encodeChunks(modelSchema, this.data));
    const dataPath = `${path}.data`;
    const { model, chunks } = externaliseTensors(this.data, dataPath.replace(/^.*[/\\]/, ''));
    // The elements first: a model must not be there without them.
    await writeFileAtomically(dataPath, padded(chunks));
    await writeFileAtomically(path, encodeChunks(modelSchema, model));
  }

  /** What the model is, as text: inputs, outputs, operators and their number, initialisers. */
  summary(): string {
    return summarize(this);
  }

  /**
   * A session of ONNX Runtime that runs the model.
   * @throws RuntimeMissingError where there is no ONNX Runtime, DeviceError where the device is not there.
   */
  async createSession(options: SessionOptions = {}): Promise<OnnxSession> {
    return createSession(this.toBytes(), options, this);
  }
}

/** The chunks one after the other, with zeros up to each one's offset. */
function padded(chunks: readonly { readonly offset: number; readonly bytes: Uint8Array }[]): Uint8Array[] {
  const parts: Uint8Array[] = [];
  let end = 0;
  for (const { offset, bytes } of chunks) {
    if (offset > end) parts.push(new Uint8Array(offset - end));
    parts.push(bytes);
    end = offset + bytes.length;
  }
  return parts;
}

