import { externaliseTensors } from '../format/external-data.js';
import type { OnnxFunction, OnnxGraph, OnnxModelData, OnnxNode, OnnxTensor } from '../format/types.js';
import { modelSchema } from '../format/schema.js';
import { encodeChunks, encodeModel, maximumMessageLength } from '../format/writer.js';
import { createSession, type OnnxSession } from '../session/session.js';
import type { SessionOptions } from '../session/session-options.js';
import type { TensorSignature } from '../session/transfer.js';
import { ArgumentError, type CostOptions, type Program, programCost, type ProgramCost } from '@flaxon/tensor';
import { moduleDomain } from '../graph/graph.js';
import { explainPlacement, type Placement, type PlacementDevice } from '../placement/explain.js';
import type { TestCaseOptions } from '../test-case/save.js';
import { summarize, type SummaryOptions } from './summary.js';

/** Room for everything in a model that is not elements of tensors. */
const descriptionBytes = 2 ** 24;

/** Weights of more bytes do not fit into one file, which may have 2 GiB. */
export const largestInlineBytes = maximumMessageLength - descriptionBytes;

export interface SaveOptions {
  /** The number of bytes of weights from which on they get a file of their own; what the format allows, almost 2 GiB, by default. */
  readonly externalDataBeyond?: number;
  /** True or false decide without a look at the number of bytes. */
  readonly externalData?: boolean;
}

const rawLength = ({ rawData }: OnnxTensor): number => rawData?.byteLength ?? 0;

/** A module that is a function counts as the nodes of its body: to be one is no work. */
function countNodes(nodes: readonly OnnxNode[], functions: readonly OnnxFunction[]): number {
  let count = 0;
  for (const { attribute = [], domain, opType } of nodes) {
    const called = domain === moduleDomain ? functions.find((one) => one.domain === domain && one.name === opType) : undefined;
    count += called ? countNodes((called.node ?? []).filter((node) => node.opType !== 'Constant'), functions) : 1;
    for (const { g } of attribute) if (g) count += countNodes(g.node ?? [], functions);
  }
  return count;
}

/** An ONNX model: a plain description, and what can be done with it. */
export class OnnxModel {
  /** The messages of the file. */
  readonly data: OnnxModelData;
  readonly inputs: readonly TensorSignature[];
  readonly outputs: readonly TensorSignature[];
  /** What the model was lowered from; undefined for a model that was read from a file. */
  readonly program: Program | undefined;

  /** Use `exportOnnx`, or `compile(f).lower(...)`. */
  constructor(data: OnnxModelData, inputs: readonly TensorSignature[], outputs: readonly TensorSignature[], program?: Program) {
    this.data = data;
    this.inputs = inputs;
    this.outputs = outputs;
    this.program = program;
  }

  get graph(): OnnxGraph {
    return this.data.graph ?? {};
  }

  /**
   * The nodes of the graph, those of the bodies of loops included. A function that stands for an operator counts as one where it is called, a module that is a
   * function as the nodes in it.
   */
  get nodeCount(): number {
    return countNodes(this.graph.node ?? [], this.data.functions ?? []);
  }

  /** Bytes of all initialisers. */
  get parameterBytes(): number {
    return (this.graph.initializer ?? []).reduce((sum, tensor) => sum + rawLength(tensor), 0);
  }

  /**
   * The content of an `.onnx` file.
   * @throws ModelFormatError where it is longer than the 2 GiB that the format allows: use `save`, and `createSession(path)`.
   */
  toBytes(): Uint8Array<ArrayBuffer> {
    return encodeModel(this.data);
  }

  /**
   * Writes the model to `path`, atomically: under another name first, which is then renamed. Where its weights take more than `externalDataBeyond` bytes, their
   * elements go to a second file beside it, `<path>.data`, array by array, so that no more memory is needed than they have.
   * @throws ModelFormatError where the weights do not fit into one file although `externalData` is false
   */
  async save(path: string, { externalDataBeyond = largestInlineBytes, externalData = this.parameterBytes > externalDataBeyond }: SaveOptions = {}): Promise<void> {
    const { writeFileAtomically } = await import('./write-file.js');
    if (!externalData) return writeFileAtomically(path, encodeChunks(modelSchema, this.data));
    const dataPath = `${path}.data`;
    const { model, chunks } = externaliseTensors(this.data, dataPath.replace(/^.*[/\\]/, ''));
    // The elements first: a model must not be there without them.
    await writeFileAtomically(dataPath, padded(chunks));
    await writeFileAtomically(path, encodeChunks(modelSchema, model));
  }

  /**
   * What the model is, as text: inputs, outputs, operators and their number, parameters, bytes, operations in floating point (with symbolic dimensions of
   * the given sizes, or 1), where each node runs, weights.
   */
  summary(options: SummaryOptions = {}): string {
    return summarize(this, options);
  }

  /** Which execution provider each node gets on `device`, and why not the device's own: see `explainPlacement`. */
  placement(device: PlacementDevice = 'cpu'): Placement {
    return explainPlacement(this.data, device);
  }

  /**
   * What one run takes: floating-point operations, bytes read and written, memory (`programCost`); `sizes` are those of symbolic dimensions.
   * @throws ArgumentError where a size is missing, or where the model was read from a file, so that its program is not known
   */
  cost(options: CostOptions = {}): ProgramCost {
    if (this.program === undefined) throw new ArgumentError('OnnxModel.cost', 'model', 'must have been exported from a program; of one that was read from a file only the nodes are known');
    return programCost(this.program, options);
  }

  /**
   * Writes the model with inputs and expected outputs to a folder, in ONNX's backend-test layout, so that any runtime can be checked against it: see
   * `saveTestCase`.
   * @throws ArgumentError where the folder has other files, FeedError where given data do not fit
   */
  async saveTestCase(directory: string, options: TestCaseOptions = {}): Promise<void> {
    const { saveTestCase } = await import('../test-case/save.js');
    await saveTestCase(directory, this, options);
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

