import type { OnnxModel } from '@flaxon/runtime-onnx';

import { short } from './chart.js';
import type { MapCheck } from './export.js';
import type { Image, Points } from './image.js';
import type { Options } from './options.js';
import { duration } from './progress.js';
import type { Fact, NamedImage, ReportContent } from './report.js';
import type { TrainedMap } from './train.js';

/** Samples of the colours, each (n, 3), and the squared Wasserstein distances between them. */
export interface Measurement {
  readonly source: Points;
  readonly target: Points;
  /** The sample of the source after the map. */
  readonly mapped: Points;
  /** Source to target. */
  readonly before: number;
  /** Mapped to target. */
  readonly after: number;
  /** Another sample of the target to the first: what even a perfect map would show. */
  readonly floor: number;
}

/** All that a run has found out. */
export interface Findings {
  readonly options: Options;
  readonly source: NamedImage;
  readonly target: NamedImage;
  readonly result: Image;
  readonly trained: TrainedMap;
  readonly model: OnnxModel;
  /** How many pixels were mapped in one run of the exported graph, and how long that took. */
  readonly mapping: { readonly count: number; readonly seconds: number };
  readonly check: MapCheck;
  readonly measurement: Measurement;
}

/** The findings of a run in the form that the report shows. */
export function reportContent(findings: Findings): ReportContent {
  const { source, target, result, trained, measurement } = findings;
  return {
    source,
    target,
    result,
    losses: trained.losses,
    distances: trained.distances,
    palettes: measurement,
    headlines: headlines(findings),
    numbers: numbers(findings),
    graph: graphFacts(findings.model),
  };
}

function headlines({ measurement: { before, after }, trained, mapping }: Findings): readonly Fact[] {
  return [
    { name: 'squared distance before', value: before.toFixed(3) },
    { name: 'squared distance after', value: after.toFixed(3) },
    { name: 'times closer', value: short(before / after) },
    { name: `for ${trained.stepsDone} training steps`, value: duration(trained.seconds) },
    { name: `for the map of ${mapping.count.toLocaleString('en')} pixels`, value: `${(mapping.seconds * 1000).toFixed(0)} ms` },
  ];
}

function numbers({ options, trained, check, measurement }: Findings): readonly Fact[] {
  const last = trained.losses.at(-1);
  return [
    { name: 'training steps', value: `${trained.stepsDone} of ${options.steps}${trained.stopped ? ', stopped' : ''}` },
    { name: 'step of the best map', value: String(trained.step) },
    { name: 'steps per second', value: trained.stepsDone === 0 ? 'none' : (trained.stepsDone / trained.seconds).toFixed(1) },
    { name: 'pixels of each picture in a step', value: String(options.batch) },
    { name: 'last loss of f', value: last ? last.lossF.toFixed(4) : 'none' },
    { name: 'last loss of g', value: last ? last.lossG.toFixed(4) : 'none' },
    { name: 'distance of two samples of the target', value: measurement.floor.toFixed(4) },
    { name: 'largest deviation from the eager executor', value: `${check.deviation.toExponential(1)} in ${check.points.toLocaleString('en')} pixels` },
    { name: 'device', value: options.device },
    { name: 'seed', value: String(options.seed) },
  ];
}

function graphFacts(model: OnnxModel): readonly Fact[] {
  const signature = ({ name, dtype, shape }: OnnxModel['inputs'][number]): string => `${name}: ${dtype} (${shape.map(String).join(', ')})`;
  const counts = new Map<string, number>();
  for (const { opType = '' } of model.graph.node ?? []) counts.set(opType, (counts.get(opType) ?? 0) + 1);
  const operators = [...counts].sort(([, a], [, b]) => b - a).map(([name, count]) => `${count}\u00A0${name}`);
  return [
    { name: 'input', value: model.inputs.map(signature).join('; ') },
    { name: 'output', value: model.outputs.map(signature).join('; ') },
    { name: 'nodes', value: String(model.nodeCount) },
    { name: 'operators', value: operators.join(', ') },
    { name: 'size of the parameters', value: `${(model.parameterBytes / 1000).toFixed(1)} kB` },
    { name: 'ONNX opset', value: String(model.data.opsetImport?.find(({ domain = '' }) => domain === '')?.version ?? 'unknown') },
  ];
}
