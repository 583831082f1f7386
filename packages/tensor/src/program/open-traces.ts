import type { Trace } from './trace.js';

/** The traces that are open, the innermost last. In a file of its own, so that errors can ask. */
export const openTraces: Trace[] = [];

export const isTracing = (): boolean => openTraces.length > 0;
