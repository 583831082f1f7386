export { average, corrcoef, countNonzero, cov, ptp, type AverageOptions, type CovarianceOptions } from './average.js';
export { diff, ediff1d, gradient, trapezoid, type DiffOptions, type NumericalGradientOptions, type TrapezoidOptions } from './differences.js';
export { nanargmax, nanargmin, nancumprod, nancumsum, nanmax, nanmean, nanmin, nanprod, nanstd, nansum, nanvar } from './nan.js';
export { median, nanmedian, nanpercentile, nanquantile, percentile, quantile, type QuantileMethod, type QuantileOptions } from './quantile.js';
export { cumlogsumexp, cummax, cummin, type RunningOptions } from './running.js';
export { unwrap, type UnwrapOptions } from './unwrap.js';
