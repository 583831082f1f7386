import { basename, extname, join } from 'node:path';

import { random } from '@flaxon/tensor';
import type { Tensor } from '@flaxon/tensor';
import { squaredWasserstein } from '@flaxon/transport';

import { checkMap, exportMap, loadMap } from './export.js';
import type { LoadedMap } from './export.js';
import { writeAtomically } from './files.js';
import { encodeImage, fitWithin, readImage, toPixels, toPoints } from './image.js';
import type { Points } from './image.js';
import type { Options } from './options.js';
import { paletteOf, samplePalette, sampleSize } from './palette.js';
import type { Palette } from './palette.js';
import { picturePath } from './photographs.js';
import { reportContent } from './report-content.js';
import type { Measurement } from './report-content.js';
import { renderReport } from './report.js';
import type { NamedImage } from './report.js';
import { keyPair, streamKey } from './streams.js';
import { train } from './train.js';
import type { TrainContext } from './train.js';

/** Where a run trains, and whom it tells what. */
export interface RunContext extends TrainContext {
  /** Takes lines of text about what the run does besides training. */
  readonly say: (line: string) => void;
}

/** What a run came to. */
export interface RunResult {
  readonly measurement: Measurement;
  /** The files that it wrote. */
  readonly files: readonly string[];
}

/** Points of each picture for the distances before and after; fewer where a picture has fewer pixels. */
const sampledPoints = 1500;

/** The whole job: reads two pictures, learns the map between their colours, exports it, and writes graph, picture and report. */
export async function run(options: Options, context: RunContext): Promise<RunResult> {
  const [source, target] = await Promise.all([readPicture(options.source, options.size), readPicture(options.target, options.size)]);
  const palettes = { source: paletteOf(source.image), target: paletteOf(target.image) };

  const trained = await train({ ...palettes, steps: options.steps, batch: options.batch, seed: options.seed }, context);

  const graphFile = join(options.out, 'transport-map.onnx');
  const model = await exportMap(trained.dual, trained.parameters, graphFile, options.device);
  const loaded = await loadMap(graphFile, options.device);
  const points = toPoints(source.image);
  const start = performance.now();
  const mapped = await loaded.run(points);
  const mapping = { count: points.length / 3, seconds: (performance.now() - start) / 1000 };
  const check = checkMap(trained.dual, trained.parameters, points, mapped);
  context.say(`exported the map as ${model.nodeCount} nodes; ${mapping.count} pixels in ${(mapping.seconds * 1000).toFixed(0)} ms, at most ${check.deviation.toExponential(1)} from the eager executor`);
  const measurement = await measure(palettes, options.seed, loaded);
  await loaded.release();

  const result = { ...source.image, pixels: toPixels(mapped) };
  const resultFile = join(options.out, 'result.png');
  await writeAtomically(resultFile, encodeImage(result));
  const reportFile = join(options.out, 'report.html');
  await writeAtomically(reportFile, renderReport(reportContent({ options, source, target, result, trained, model, mapping, check, measurement })));
  return { measurement, files: [graphFile, resultFile, reportFile] };
}

async function readPicture(nameOrPath: string, longestSide: number): Promise<NamedImage> {
  const path = picturePath(nameOrPath);
  return { name: basename(path, extname(path)), image: fitWithin(await readImage(path), longestSide) };
}

/** The distances before and after, on samples that the training has not measured itself by. */
async function measure(palettes: { readonly source: Palette; readonly target: Palette }, seed: number, map: LoadedMap): Promise<Measurement> {
  const key = streamKey(seed, 'report');
  const keys = keyPair(key);
  const count = sampleSize(palettes, sampledPoints);
  const sample = (palette: Palette, by: Tensor): Points => samplePalette(palette, by, count).data() as Points;
  const source = sample(palettes.source, keys.source);
  const target = sample(palettes.target, keys.target);
  const mapped = await map.run(source);
  return {
    source,
    target,
    mapped,
    before: squaredWasserstein(source, target, 3),
    after: squaredWasserstein(mapped, target, 3),
    floor: squaredWasserstein(sample(palettes.target, random.foldIn(key, 2)), target, 3),
  };
}
