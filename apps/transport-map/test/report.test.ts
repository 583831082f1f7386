import { describe, expect, it } from 'vitest';

import { decodeImage, toPoints } from '../src/image.js';
import { renderReport } from '../src/report.js';
import type { ReportContent } from '../src/report.js';

const plain = (width: number, height: number, value: number) => ({ width, height, pixels: new Uint8Array(width * height * 3).fill(value) });
const result = plain(2, 3, 90);

const content: ReportContent = {
  source: { name: 'cat', image: plain(2, 3, 10) },
  target: { name: '<cup>', image: plain(4, 2, 200) },
  result,
  losses: [{ step: 50, lossF: 2.5, lossG: 0.3 }, { step: 100, lossF: 2.4, lossG: 0 }],
  distances: [{ step: 0, distance: 1.2 }, { step: 100, distance: 0.05 }],
  palettes: { source: toPoints(plain(1, 5, 10)), target: toPoints(plain(1, 5, 200)), mapped: toPoints(plain(1, 5, 90)) },
  headlines: [{ name: 'distance before', value: '1.2' }],
  numbers: [{ name: 'steps', value: '100' }],
  graph: [{ name: 'nodes', value: '20' }],
};
const html = renderReport(content);

describe('renderReport', () => {
  it('needs no other file: it names no address', () => {
    expect(html).not.toMatch(/https?:|<link|<script|url\(|src="(?!data:)/);
  });

  it('holds the three pictures themselves', () => {
    const pictures = [...html.matchAll(/src="data:image\/png;base64,([^"]+)"/g)].map((match) => decodeImage(Buffer.from(match[1]!, 'base64')));
    expect(pictures).toEqual([content.source.image, content.target.image, result]);
  });

  it('draws three curves and three palettes', () => {
    expect(html.match(/class="curve"/g)).toHaveLength(3);
    expect(html.match(/class="points"/g)).toHaveLength(3);
    expect(html.match(/<circle r="2\.4"/g)).toHaveLength(15);
  });

  it('a loss of zero is left out of the logarithmic curve', () => {
    expect(html).not.toMatch(/NaN|Infinity/);
  });

  it('palette points have the colours of their pixels', () => {
    expect(html.match(/fill="#0a0a0a"/g)).toHaveLength(5);
    expect(html.match(/fill="#c8c8c8"/g)).toHaveLength(5);
  });

  it('shows headlines, numbers and the graph', () => {
    for (const { name, value } of [...content.headlines, ...content.numbers, ...content.graph]) {
      expect(html).toContain(name);
      expect(html).toContain(`>${value}<`);
    }
  });

  it('names are escaped', () => {
    expect(html).toContain('&lt;cup&gt;');
    expect(html).not.toContain('<cup>');
  });
});
