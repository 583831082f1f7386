import { describe, expect, it } from 'vitest';
import { errorOf, exportTask, staticBatch } from '../../src/exports/check.js';
import { countNodes, openOptimized } from '../../src/exports/optimized.js';
import { best, peersOf } from '../../src/exports/peers.js';
import type { ExportRow, Task } from '../../src/exports/row.js';
import { exportRows } from '../../src/exports/rows/index.js';

/** Exports, runs on other random arguments at each of `batches`, and counts. */
async function measure(task: Task, batch: string | number, batches: readonly number[]) {
  const model = exportTask(task, batch);
  const { session, nodes } = await openOptimized(model.toBytes());
  const errors: number[] = [];
  for (const [seed, size] of batches.entries()) errors.push(await errorOf(task, model, session, size, batches.length + seed));
  await session.release();
  return { error: Math.max(...errors), saved: model.nodeCount, optimized: countNodes(nodes) };
}

const kinds = (row: ExportRow): readonly ('dynamic' | 'static')[] => (row.batch === undefined ? ['static'] : ['dynamic', 'static']);

describe.each(exportRows.map((row) => ({ id: row.id, row })))('$id', ({ row }) => {
  it('exports, loads, is right on three random arguments, two of them of different batches,, and has no more nodes than the better peer', async () => {
    const task = row.prepare();
    for (const kind of kinds(row)) {
      const batch = staticBatch(row);
      const sizes = kind === 'dynamic' ? [batch, 3] : row.batch === undefined ? [batch, batch, batch] : [batch];
      const { error, saved, optimized } = await measure(task, kind === 'dynamic' ? 'batch' : batch, sizes);
      expect({ kind, error: error <= row.tolerance ? 'within the tolerance' : error }).toEqual({ kind, error: 'within the tolerance' });
      const peer = best(row, kind);
      if (peer) expect({ kind, saved: Math.max(saved, peer.saved), optimized: Math.max(optimized, peer.optimized) }).toEqual({ kind, ...peer });
    }
  });
});

describe('the table of the peers', () => {
  it('is about rows that there are', () => {
    const numbers = new Set(exportRows.map(({ id }) => Number.parseInt(id, 10)));
    expect([...numbers]).toEqual(Array.from({ length: 25 }, (_, i) => i + 1));
    expect(exportRows.filter((row) => peersOf(row).length > 0).length).toBeGreaterThan(40);
  });
  it('has the better peer of each kind', () => {
    expect(best({ id: '13_transformer' }, 'dynamic')).toEqual({ saved: 47, optimized: 45 });
    expect(best({ id: '3_potential_grad_d2' }, 'static')).toEqual({ saved: 25, optimized: 24 });
    expect(best({ id: '17_dropout_key' }, 'dynamic')).toBeUndefined();
  });
});
