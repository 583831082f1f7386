export { constantSchedule } from './constant.js';
export { cosineDecaySchedule, type CosineDecayOptions } from './cosine.js';
export { exponentialDecay, type ExponentialDecayOptions } from './exponential.js';
export { joinSchedules } from './join.js';
export { piecewiseConstantSchedule, type PiecewiseConstantOptions } from './piecewise.js';
export { linearSchedule, polynomialSchedule, type LinearScheduleOptions, type PolynomialScheduleOptions } from './polynomial.js';
export type { Schedule } from './schedule.js';
export { warmupCosineDecaySchedule, type WarmupCosineDecayOptions } from './warmup-cosine.js';
