export { choose, compress, extract, piecewise, select, type ChooseOptions, type CompressOptions, type Piece } from './choice.js';
export { bincount, histogram, histogramBinEdges, type BincountOptions, type HistogramOptions } from './histogram.js';
export { histogram2d, histogramdd, type HistogramGridOptions } from './histogram-grid.js';
export { argwhere, flatnonzero, nonzero, type SizeOptions } from './nonzero.js';
export { argpartition, lexsort, partition } from './order.js';
export { digitize, searchsorted, type SearchSortedOptions } from './searchsorted.js';
export { topK, type TopKOptions } from './top-k.js';
export { trimZeros, type TrimZerosOptions } from './trim-zeros.js';
export { intersect1d, isin, setdiff1d, setxor1d, union1d, unique, uniqueAll, uniqueCounts, uniqueInverse, uniqueValues, type UniqueOptions, type UniqueResult } from './unique.js';
