import type { Shape } from '@flaxon/tensor';
import type { CompositeLowering } from './composites.js';
import { hasKernel } from './kernel-support.js';
import { exact, materialize } from './lowered.js';
import { averagePool, fitsPool, toPoolLayout, type WindowAxis } from './pool-layout.js';

/** The window of an `avgPool` over the spatial axes, which stand before the last. */
function axesOf(windowShape: readonly number[], strides: readonly number[], padding: readonly number[]): WindowAxis[] {
  return windowShape.map((window, i) => ({ window, stride: strides[i]!, low: padding[2 * i]!, high: padding[2 * i + 1]!, baseDilation: 1, windowDilation: 1 }));
}

/** `AveragePool`, which ONNX Runtime has for float32 and up to three spatial axes. */
export const averagePoolOperator: CompositeLowering = ({ builder: b }, { params: { attributes }, outputs }, [lowered]) => {
  const [windowShape, strides, padding] = [attributes.windowShape, attributes.strides, attributes.padding].map((list) => list as readonly number[]);
  const axes = axesOf(windowShape!, strides!, padding!);
  const { dtype } = lowered!.value;
  if (!hasKernel('AveragePool', dtype) || !fitsPool(axes) || axes.length === 0 || lowered!.shape.includes(0)) return undefined;
  const x = materialize(b, lowered!);
  const first = x.shape.length - 1 - axes.length;
  const spatial = axes.map((_, i) => first + i);
  const places: Shape = spatial.map((axis) => outputs[0]!.shape[axis]!);
  const layout = toPoolLayout(b, x, spatial);
  return [exact(layout.restore(averagePool(b, layout.value, axes, places, { countIncludePad: attributes.countIncludePad === true })))];
};
