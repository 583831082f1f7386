import { describe, expect, it } from 'vitest';

import { escapeText, linearTicks, lineChart, scatterPlot, short } from '../src/chart.js';

const numbersOf = (svg: string, attribute: string): number[] =>
  [...svg.matchAll(new RegExp(` ${attribute}="([-0-9.]+)"`, 'g'))].map((match) => Number(match[1]));

const curveOf = (svg: string): [number, number][] =>
  /polyline class="curve" points="([^"]*)"/.exec(svg)![1]!.split(' ').map((pair) => pair.split(',').map(Number) as [number, number]);

describe('lineChart', () => {
  it('steps go to the right and larger values up', () => {
    const curve = curveOf(lineChart({ title: 't', xLabel: 'x', points: [[0, 1], [10, 2], [20, 4]] }));
    expect(curve[0]![0]).toBeLessThan(curve[1]![0]);
    expect(curve[1]![1]).toBeGreaterThan(curve[2]![1]);
  });

  it('equal ratios are equal heights on a logarithmic axis', () => {
    const [a, b, c] = curveOf(lineChart({ title: 't', xLabel: 'x', points: [[0, 0.01], [1, 0.1], [2, 1]], logarithmic: true }));
    expect(a![1] - b![1]).toBeCloseTo(b![1] - c![1], 0);
  });

  it('the last value stands beside the end of the curve', () => {
    expect(lineChart({ title: 't', xLabel: 'x', points: [[0, 1], [5, 0.0512345]] })).toContain('>0.0512</text>');
  });

  it('a constant, a single point and no point give a chart without NaN', () => {
    for (const points of [[[0, 3], [1, 3]], [[4, 2]], []] as [number, number][][]) {
      for (const logarithmic of [false, true]) {
        const svg = lineChart({ title: 't', xLabel: 'x', points, logarithmic });
        expect(svg).not.toMatch(/NaN|Infinity|undefined/);
      }
    }
  });

  it('the title is escaped', () => {
    expect(lineChart({ title: 'a "b" <c>', xLabel: 'x', points: [] })).toContain('aria-label="a &quot;b&quot; &lt;c&gt;"');
  });
});

describe('scatterPlot', () => {
  const plot = scatterPlot({
    title: 't', xLabel: 'x', yLabel: 'y', xRange: [-1, 1], yRange: [-1, 1],
    points: [{ x: -1, y: -1, colour: '#ff0000' }, { x: 1, y: 1, colour: '#00ff00' }],
  });

  it('each point is drawn in its colour', () => {
    expect(plot.match(/<circle[^>]*fill="#(ff0000|00ff00)"/g)).toHaveLength(2);
  });

  it('the ranges fill the frame: left and low, right and high', () => {
    const [x0, x1] = numbersOf(plot, 'cx');
    const [y0, y1] = numbersOf(plot, 'cy');
    expect([x0, x1, y0, y1]).toEqual([42, 308, 262, 12]);
  });
});

describe('linearTicks', () => {
  it.each([
    [0, 2000, [0, 500, 1000, 1500, 2000]],
    [-2, 2, [-2, -1, 0, 1, 2]],
    [0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1]],
    [0.13, 0.31, [0.15, 0.2, 0.25, 0.3]],
  ])('from %d to %d', (low, high, ticks) => {
    expect(linearTicks(low, high)).toEqual(ticks);
  });
});

it('short keeps three digits', () => {
  expect([0, 1234.5, 2.34567, -0.012345].map(short)).toEqual(['0', '1235', '2.35', '-0.0123']);
});

it('escapeText makes each special character harmless', () => {
  expect(escapeText(`<a href="x">'&`)).toBe('&lt;a href=&quot;x&quot;&gt;&#39;&amp;');
});
