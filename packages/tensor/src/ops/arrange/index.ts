export { append, arraySplit, atleast1d, atleast2d, atleast3d, block, columnStack, dsplit, dstack, hsplit, hstack, unstack, vsplit, vstack, type Blocks } from './join.js';
export {
  diagflat, diagIndices, diagonal, fillDiagonal, geomspace, identity, indices, logspace, matrixTrace, meshgrid, tri, trilIndices, triuIndices, vander,
  type DiagonalOptions, type LogspaceOptions, type MeshgridOptions,
} from './make.js';
export { broadcastArrays, broadcastLike, broadcastToRank, deleteElements, fliplr, flipud, insert, matrixTranspose, resize, rollaxis, rot90 } from './turn.js';
export { ravelMultiIndex, unravelIndex } from './multi-index.js';
export { bartlett, blackman, hamming, hanning, kaiser } from './window-functions.js';
export { applyAlongAxis, applyOverAxes } from './apply.js';
export { diagIndicesFrom, maskIndices, trilIndicesFrom, triuIndicesFrom } from './places-of.js';
