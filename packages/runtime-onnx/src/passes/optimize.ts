import type { Graph } from '../graph/graph.js';
import { absorbLayout } from './absorb-layout.js';
import { cancelLayout } from './cancel-layout.js';
import { dropUnitAxes } from './drop-unit-axes.js';
import { foldChoice } from './fold-choice.js';
import { foldWeights } from './fold-weights.js';
import { fuseClip } from './fuse-clip.js';
import { fuseConvBias } from './fuse-conv-bias.js';
import { fuseGemmAddition } from './fuse-gemm-addition.js';
import { fuseGemmFactor } from './fuse-gemm-factor.js';
import { fuseGemmRow } from './fuse-gemm-row.js';
import { fuseGemmTranspose } from './fuse-gemm-transpose.js';
import { fuseSquares } from './fuse-squares.js';
import { hoistInvariants } from './hoist-invariants.js';
import { mergeCalls } from './merge-calls.js';
import { mergeDirections } from './merge-directions.js';
import { mergeDuplicates } from './merge-duplicates.js';
import { mergeSlices } from './merge-slices.js';
import { mergeSums } from './merge-sums.js';
import type { Pass } from './pass.js';
import { protectFactors } from './protect-factors.js';
import { protectVectors } from './protect-vectors.js';
import { removeDeadNodes } from './remove-dead-nodes.js';
import { shareGemmFactor } from './share-gemm-factor.js';
import { simplifyArithmetic } from './simplify-arithmetic.js';
import { sinkNegation } from './sink-negation.js';
import { sinkReshape } from './sink-reshape.js';
import { sinkTranspose } from './sink-transpose.js';
import { sumRows } from './sum-rows.js';
import { turnRecurrence } from './turn-recurrence.js';

/**
 * Additions come after factors: a `Gemm` with a C takes no second one, and `c * Gemm` fits any. Duplicates go first, so that "nobody
 * else reads it" is as often true as it can be.
 */
const passes: readonly Pass[] = [
  hoistInvariants,
  mergeDuplicates,
  removeDeadNodes,
  simplifyArithmetic,
  sinkNegation,
  mergeSums,
  sumRows,
  sinkReshape,
  fuseConvBias,
  sinkTranspose,
  absorbLayout,
  cancelLayout,
  removeDeadNodes,
  turnRecurrence,
  mergeDirections,
  foldWeights,
  foldChoice,
  fuseClip,
  fuseSquares,
  fuseGemmTranspose,
  fuseGemmFactor,
  shareGemmFactor,
  fuseGemmRow,
  removeDeadNodes,
  fuseGemmAddition,
  dropUnitAxes,
  mergeSlices,
  mergeCalls,
  removeDeadNodes,
];

/** What only keeps ONNX Runtime from its own rewrites, when everything else is done. */
const lastPasses: readonly Pass[] = [protectFactors, protectVectors, removeDeadNodes];

/** More rounds have never been needed; a limit keeps a pair of passes that undo each other from going on for ever. */
const mostRounds = 8;

/** Rewrites `graph` until no pass changes anything. */
export function optimize(graph: Graph): void {
  for (let round = 0; round < mostRounds; round++) {
    // Every pass runs in every round.
    const changes = passes.map((pass) => pass(graph));
    if (!changes.includes(true)) break;
  }
  for (const pass of lastPasses) pass(graph);
}
