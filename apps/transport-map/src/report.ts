import { escapeText, lineChart, scatterPlot } from './chart.js';
import type { ScatterPlot } from './chart.js';
import { encodeImage, toPixels } from './image.js';
import type { Image } from './image.js';
import { reportStyle } from './report-style.js';

/** A picture with the name it goes by. */
export interface NamedImage {
  readonly name: string;
  readonly image: Image;
}

export interface ReportContent {
  readonly source: NamedImage;
  readonly target: NamedImage;
  readonly result: Image;
  /** The loss of each potential after so many steps. */
  readonly losses: readonly { readonly step: number; readonly lossF: number; readonly lossG: number }[];
  /** The squared distance of the mapped colours to the target's after so many steps. */
  readonly distances: readonly { readonly step: number; readonly distance: number }[];
  /** Samples of the colours, each (n, 3), as points of the colour cube. */
  readonly palettes: { readonly source: Float32Array; readonly target: Float32Array; readonly mapped: Float32Array };
  /** The figures that matter most, shown large. */
  readonly headlines: readonly Fact[];
  /** The rest of the numbers of the run. */
  readonly numbers: readonly Fact[];
  /** What the exported graph consists of. */
  readonly graph: readonly Fact[];
}

export interface Fact {
  readonly name: string;
  readonly value: string;
}

/** The report as one HTML page that needs no other file: pictures are data URLs, charts are SVG. */
export function renderReport(content: ReportContent): string {
  const { source, target, result } = content;
  const title = `${source.name} in the colours of ${target.name}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeText(title)}</title>
<style>${reportStyle}</style>
</head>
<body>
<main>
<header>
<h1>${escapeText(title)}</h1>
<p>An optimal-transport map between the colours of two pictures, learned as the gradient of a neural potential, run as an ONNX graph.</p>
</header>
<section class="pictures">
${picture('Source', source.name, source.image)}
${picture('Target', target.name, target.image)}
${picture('Result', title, result)}
</section>
<section class="headlines">
${content.headlines.map(({ name, value }) => `<div><strong>${escapeText(value)}</strong><span>${escapeText(name)}</span></div>`).join('\n')}
</section>
<section>
<h2>Training</h2>
<div class="charts">
${curve('Distance to the target', 'squared Wasserstein distance of the mapped sample, log scale', content.distances.map(({ step, distance }) => [step, distance]), true)}
${curve('Loss of f', 'the dual objective', content.losses.map(({ step, lossF }) => [step, lossF]), false)}
${curve('Loss of g', 'squared distance of the first guess to the conjugate point, log scale', content.losses.map(({ step, lossG }) => [step, lossG]), true)}
</div>
</section>
<section>
<h2>Palettes</h2>
<div class="charts">
${palette('Source', 'before', content.palettes.source)}
${palette('Result', 'the source’s colours after the map', content.palettes.mapped)}
${palette('Target', 'what they should look like', content.palettes.target)}
</div>
</section>
<section class="tables">
${table('Numbers', content.numbers)}
${table('Exported graph', content.graph)}
</section>
</main>
</body>
</html>
`;
}

function picture(role: string, name: string, image: Image): string {
  const data = Buffer.from(encodeImage(image)).toString('base64');
  const alternative = escapeText(`${role}: ${name}`);
  return `<figure><img src="data:image/png;base64,${data}" width="${image.width}" height="${image.height}" alt="${alternative}"><figcaption>${role}<span>${escapeText(name)}</span></figcaption></figure>`;
}

function curve(title: string, note: string, points: readonly (readonly [number, number])[], logarithmic: boolean): string {
  // A value of zero has no place on a logarithmic axis; a loss reaches it only by underflow.
  const drawn = logarithmic ? points.filter(([, y]) => y > 0) : points;
  return chartFigure(title, note, lineChart({ title, xLabel: 'step', points: drawn, logarithmic }));
}

/** The colours seen along two axes that pictures differ in: warm against cool, and how light they are. */
function palette(title: string, note: string, points: Float32Array): string {
  const pixels = toPixels(points);
  const plot: ScatterPlot = {
    title: `Palette: ${title}`,
    xLabel: 'blue ← → red',
    yLabel: 'lightness',
    xRange: [-2.6, 2.6],
    yRange: [-2.3, 2.5],
    points: Array.from({ length: points.length / 3 }, (_, at) => {
      const [red, green, blue] = [points[at * 3]!, points[at * 3 + 1]!, points[at * 3 + 2]!];
      const colour = `#${Buffer.from(pixels.subarray(at * 3, at * 3 + 3)).toString('hex')}`;
      return { x: (red - blue) / 1.5, y: (red + green + blue) / 3, colour };
    }),
  };
  return chartFigure(title, note, scatterPlot(plot));
}

function chartFigure(title: string, note: string, chart: string): string {
  return `<figure><figcaption>${escapeText(title)}<span>${escapeText(note)}</span></figcaption>${chart}</figure>`;
}

function table(title: string, facts: readonly Fact[]): string {
  const rows = facts.map(({ name, value }) => `<tr><th scope="row">${escapeText(name)}</th><td>${escapeText(value)}</td></tr>`);
  return `<div><h2>${escapeText(title)}</h2><table><tbody>${rows.join('')}</tbody></table></div>`;
}
