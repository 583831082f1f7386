/** The passes of Stockham's transform: butterflies of each radix, then the twiddle factors. */
import type { ComplexArray } from './fft-plan.js';

/** One pass: splits `radix` off each of `count` * `radix` numbers, `stride` of them at a time; `step` is that of the roots. */
type Pass = (from: ComplexArray, to: ComplexArray, count: number, stride: number, roots: ComplexArray, step: number) => void;

const radix2: Pass = (from, to, count, stride, roots, step) => {
  const { real: fr, imag: fi } = from;
  const { real: tr, imag: ti } = to;
  for (let p = 0; p < count; p++) {
    const c = roots.real[p * step]!;
    const s = roots.imag[p * step]!;
    for (let q = 0; q < stride; q++) {
      const a = q + stride * p;
      const b = a + stride * count;
      const out = q + stride * 2 * p;
      const dr = fr[a]! - fr[b]!;
      const di = fi[a]! - fi[b]!;
      tr[out] = fr[a]! + fr[b]!;
      ti[out] = fi[a]! + fi[b]!;
      tr[out + stride] = dr * c - di * s;
      ti[out + stride] = dr * s + di * c;
    }
  }
};

const sine3 = Math.sqrt(3) / 2;

const radix3: Pass = (from, to, count, stride, roots, step) => {
  const { real: fr, imag: fi } = from;
  const { real: tr, imag: ti } = to;
  for (let p = 0; p < count; p++) {
    const c1 = roots.real[p * step]!;
    const s1 = roots.imag[p * step]!;
    const c2 = roots.real[2 * p * step]!;
    const s2 = roots.imag[2 * p * step]!;
    for (let q = 0; q < stride; q++) {
      const a = q + stride * p;
      const b = a + stride * count;
      const c = b + stride * count;
      const sumR = fr[b]! + fr[c]!;
      const sumI = fi[b]! + fi[c]!;
      const middleR = fr[a]! - 0.5 * sumR;
      const middleI = fi[a]! - 0.5 * sumI;
      // -i sin(2 pi / 3) (b - c)
      const turnedR = sine3 * (fi[b]! - fi[c]!);
      const turnedI = sine3 * (fr[c]! - fr[b]!);
      const out = q + stride * 3 * p;
      tr[out] = fr[a]! + sumR;
      ti[out] = fi[a]! + sumI;
      const r1 = middleR + turnedR;
      const i1 = middleI + turnedI;
      tr[out + stride] = r1 * c1 - i1 * s1;
      ti[out + stride] = r1 * s1 + i1 * c1;
      const r2 = middleR - turnedR;
      const i2 = middleI - turnedI;
      tr[out + 2 * stride] = r2 * c2 - i2 * s2;
      ti[out + 2 * stride] = r2 * s2 + i2 * c2;
    }
  }
};

const radix4: Pass = (from, to, count, stride, roots, step) => {
  const { real: fr, imag: fi } = from;
  const { real: tr, imag: ti } = to;
  for (let p = 0; p < count; p++) {
    const c1 = roots.real[p * step]!;
    const s1 = roots.imag[p * step]!;
    const c2 = roots.real[2 * p * step]!;
    const s2 = roots.imag[2 * p * step]!;
    const c3 = roots.real[3 * p * step]!;
    const s3 = roots.imag[3 * p * step]!;
    for (let q = 0; q < stride; q++) {
      const a = q + stride * p;
      const b = a + stride * count;
      const c = b + stride * count;
      const d = c + stride * count;
      const sumR = fr[a]! + fr[c]!;
      const sumI = fi[a]! + fi[c]!;
      const differenceR = fr[a]! - fr[c]!;
      const differenceI = fi[a]! - fi[c]!;
      const oddR = fr[b]! + fr[d]!;
      const oddI = fi[b]! + fi[d]!;
      // -i (b - d)
      const turnedR = fi[b]! - fi[d]!;
      const turnedI = fr[d]! - fr[b]!;
      const out = q + stride * 4 * p;
      tr[out] = sumR + oddR;
      ti[out] = sumI + oddI;
      const r1 = differenceR + turnedR;
      const i1 = differenceI + turnedI;
      tr[out + stride] = r1 * c1 - i1 * s1;
      ti[out + stride] = r1 * s1 + i1 * c1;
      const r2 = sumR - oddR;
      const i2 = sumI - oddI;
      tr[out + 2 * stride] = r2 * c2 - i2 * s2;
      ti[out + 2 * stride] = r2 * s2 + i2 * c2;
      const r3 = differenceR - turnedR;
      const i3 = differenceI - turnedI;
      tr[out + 3 * stride] = r3 * c3 - i3 * s3;
      ti[out + 3 * stride] = r3 * s3 + i3 * c3;
    }
  }
};

const [cosine5, cosine5Twice] = [Math.cos((2 * Math.PI) / 5), Math.cos((4 * Math.PI) / 5)];
const [sine5, sine5Twice] = [Math.sin((2 * Math.PI) / 5), Math.sin((4 * Math.PI) / 5)];

const radix5: Pass = (from, to, count, stride, roots, step) => {
  const { real: fr, imag: fi } = from;
  const { real: tr, imag: ti } = to;
  const far = stride * count;
  for (let p = 0; p < count; p++) {
    const c1 = roots.real[p * step]!;
    const s1 = roots.imag[p * step]!;
    const c2 = roots.real[2 * p * step]!;
    const s2 = roots.imag[2 * p * step]!;
    const c3 = roots.real[3 * p * step]!;
    const s3 = roots.imag[3 * p * step]!;
    const c4 = roots.real[4 * p * step]!;
    const s4 = roots.imag[4 * p * step]!;
    for (let q = 0; q < stride; q++) {
      const a = q + stride * p;
      const ar = fr[a]!;
      const ai = fi[a]!;
      // b + e, c + d, b - e, c - d
      const nearR = fr[a + far]! + fr[a + 4 * far]!;
      const nearI = fi[a + far]! + fi[a + 4 * far]!;
      const farR = fr[a + 2 * far]! + fr[a + 3 * far]!;
      const farI = fi[a + 2 * far]! + fi[a + 3 * far]!;
      const nearDR = fr[a + far]! - fr[a + 4 * far]!;
      const nearDI = fi[a + far]! - fi[a + 4 * far]!;
      const farDR = fr[a + 2 * far]! - fr[a + 3 * far]!;
      const farDI = fi[a + 2 * far]! - fi[a + 3 * far]!;
      const m1R = ar + cosine5 * nearR + cosine5Twice * farR;
      const m1I = ai + cosine5 * nearI + cosine5Twice * farI;
      const m2R = ar + cosine5Twice * nearR + cosine5 * farR;
      const m2I = ai + cosine5Twice * nearI + cosine5 * farI;
      // -i times the sines
      const t1R = sine5 * nearDI + sine5Twice * farDI;
      const t1I = -(sine5 * nearDR + sine5Twice * farDR);
      const t2R = sine5Twice * nearDI - sine5 * farDI;
      const t2I = -(sine5Twice * nearDR - sine5 * farDR);
      const out = q + stride * 5 * p;
      tr[out] = ar + nearR + farR;
      ti[out] = ai + nearI + farI;
      tr[out + stride] = (m1R + t1R) * c1 - (m1I + t1I) * s1;
      ti[out + stride] = (m1R + t1R) * s1 + (m1I + t1I) * c1;
      tr[out + 2 * stride] = (m2R + t2R) * c2 - (m2I + t2I) * s2;
      ti[out + 2 * stride] = (m2R + t2R) * s2 + (m2I + t2I) * c2;
      tr[out + 3 * stride] = (m2R - t2R) * c3 - (m2I - t2I) * s3;
      ti[out + 3 * stride] = (m2R - t2R) * s3 + (m2I - t2I) * c3;
      tr[out + 4 * stride] = (m1R - t1R) * c4 - (m1I - t1I) * s4;
      ti[out + 4 * stride] = (m1R - t1R) * s4 + (m1I - t1I) * c4;
    }
  }
};

/** Any radix, by its definition. */
const passOf = (radix: number): Pass => (from, to, count, stride, roots, step) => {
  const { real: fr, imag: fi } = from;
  const { real: rr, imag: ri } = roots;
  const turn = rr.length / radix;
  for (let p = 0; p < count; p++) {
    for (let k = 0; k < radix; k++) {
      const c = rr[p * k * step]!;
      const s = ri[p * k * step]!;
      for (let q = 0; q < stride; q++) {
        let real = 0;
        let imag = 0;
        for (let j = 0; j < radix; j++) {
          const at = q + stride * (p + count * j);
          const root = ((j * k) % radix) * turn;
          real += fr[at]! * rr[root]! - fi[at]! * ri[root]!;
          imag += fr[at]! * ri[root]! + fi[at]! * rr[root]!;
        }
        const out = q + stride * (radix * p + k);
        to.real[out] = real * c - imag * s;
        to.imag[out] = real * s + imag * c;
      }
    }
  }
};

/** The radices for which there are passes, in the order in which they are tried. */
export const passes: ReadonlyMap<number, Pass> = new Map([[4, radix4], [2, radix2], [3, radix3], [5, radix5], [7, passOf(7)], [11, passOf(11)], [13, passOf(13)]]);
