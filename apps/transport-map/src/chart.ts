/** Charts as plain SVG text. Colours and fonts come from the page's style sheet by class name. */

export interface LineChart {
  readonly title: string;
  readonly xLabel: string;
  /** The curve; in a chart with `logarithmic` all y are positive. */
  readonly points: readonly (readonly [x: number, y: number])[];
  readonly logarithmic?: boolean;
}

export interface ScatterPlot {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly xRange: readonly [number, number];
  readonly yRange: readonly [number, number];
  /** Each point with the colour that it is drawn in. */
  readonly points: readonly { readonly x: number; readonly y: number; readonly colour: string }[];
}

/** Text made safe for HTML and SVG, in attributes too. */
export function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;');
}

/** One curve, with its last value written beside its end. */
export function lineChart({ title, xLabel, points, logarithmic = false }: LineChart): string {
  const frame = { width: 420, height: 250, left: 46, right: 58, top: 12, bottom: 38 };
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  const xScale = linearScale([0, Math.max(1, ...xs)], [frame.left, frame.width - frame.right]);
  const yEnds: Interval = [frame.height - frame.bottom, frame.top];
  const yScale = logarithmic ? logScale(extent(ys), yEnds) : linearScale(padded(extent(ys)), yEnds);
  const at = ([x, y]: readonly [number, number]): string => `${place(xScale.map(x))},${place(yScale.map(y))}`;
  const last = points.at(-1);
  const end = last
    ? `<circle class="end" r="3.5" cx="${place(xScale.map(last[0]))}" cy="${place(yScale.map(last[1]))}"/>` +
      `<text class="value" x="${place(xScale.map(last[0]) + 8)}" y="${place(yScale.map(last[1]) + 4)}">${short(last[1])}</text>`
    : '';
  return svg(title, frame, [axes(frame, xScale, yScale, xLabel, ''), `<polyline class="curve" points="${points.map(at).join(' ')}"/>`, end]);
}

/** Points in their own colours. */
export function scatterPlot({ title, xLabel, yLabel, xRange, yRange, points }: ScatterPlot): string {
  const frame = { width: 320, height: 300, left: 42, right: 12, top: 12, bottom: 38 };
  const xScale = linearScale(xRange, [frame.left, frame.width - frame.right]);
  const yScale = linearScale(yRange, [frame.height - frame.bottom, frame.top]);
  const circles = points.map(({ x, y, colour }) => `<circle r="2.4" cx="${place(xScale.map(x))}" cy="${place(yScale.map(y))}" fill="${escapeText(colour)}"/>`);
  return svg(title, frame, [axes(frame, xScale, yScale, xLabel, yLabel), `<g class="points">${circles.join('')}</g>`]);
}

type Interval = readonly [number, number];

interface Frame {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

interface Scale {
  readonly map: (value: number) => number;
  readonly ticks: readonly number[];
}

function linearScale([low, high]: Interval, [from, to]: Interval): Scale {
  return { map: (value) => from + ((value - low) / (high - low)) * (to - from), ticks: linearTicks(low, high) };
}

/** Ticks at 1, 2 and 5 times the powers of ten, or at powers alone over a wide range. */
function logScale([low, high]: Interval, ends: Interval): Scale {
  const bottom = low / 1.15;
  const top = high * 1.15;
  const inner = linearScale([Math.log(bottom), Math.log(top)], ends);
  const steps = top / bottom > 200 ? [1] : [1, 2, 5];
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(bottom)); power <= Math.log10(top); power++) {
    for (const step of steps) ticks.push(Number(`${step}e${power}`));
  }
  return { map: (value) => inner.map(Math.log(value)), ticks: ticks.filter((tick) => tick >= bottom && tick <= top) };
}

/** Four to ten round numbers between two ends. */
export function linearTicks(low: number, high: number): readonly number[] {
  const rough = (high - low) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough * 0.999) ?? rough;
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  return Array.from({ length: count }, (_, at) => Number(((first + at) * step).toPrecision(12)));
}

function extent(values: readonly number[]): Interval {
  return values.length === 0 ? [1, 2] : [Math.min(...values), Math.max(...values)];
}

function padded([low, high]: Interval): Interval {
  const margin = high > low ? 0.06 * (high - low) : Math.max(1e-3, 0.1 * Math.abs(high));
  return [low - margin, high + margin];
}

function axes(frame: Frame, xScale: Scale, yScale: Scale, xLabel: string, yLabel: string): string {
  const bottom = frame.height - frame.bottom;
  const right = frame.width - frame.right;
  const rows = yScale.ticks.map((tick) => {
    const y = place(yScale.map(tick));
    return `<line class="grid" x1="${frame.left}" x2="${right}" y1="${y}" y2="${y}"/><text class="tick" text-anchor="end" x="${frame.left - 7}" y="${place(yScale.map(tick) + 4)}">${short(tick)}</text>`;
  });
  const columns = xScale.ticks.map((tick) => `<text class="tick" text-anchor="middle" x="${place(xScale.map(tick))}" y="${bottom + 17}">${short(tick)}</text>`);
  const middleY = (frame.top + bottom) / 2;
  const labels = [
    `<text class="label" text-anchor="middle" x="${(frame.left + right) / 2}" y="${frame.height - 4}">${escapeText(xLabel)}</text>`,
    yLabel && `<text class="label" text-anchor="middle" transform="translate(11 ${middleY}) rotate(-90)">${escapeText(yLabel)}</text>`,
  ];
  return [...rows, `<line class="axis" x1="${frame.left}" x2="${right}" y1="${bottom}" y2="${bottom}"/>`, ...columns, ...labels].join('');
}

function svg(title: string, { width, height }: Frame, parts: readonly string[]): string {
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeText(title)}">${parts.join('')}</svg>`;
}

/** A coordinate with a tenth of a unit: finer cannot be seen. */
function place(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** A number in at most four characters or so. */
export function short(value: number): string {
  if (value === 0) return '0';
  return Math.abs(value) >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}
