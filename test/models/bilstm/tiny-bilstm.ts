/** BiLSTM classifiers of odd, tiny sizes, and a batch for them. */
import { type Batch, upload } from '../../../src/engine/batch.ts';
import { normals, randomKey } from '../../../src/engine/random.ts';
import { bilstmSpecs, createBilstm } from '../../../src/models/bilstm/bilstm.ts';
import { type BilstmConfig, bilstmConfig } from '../../../src/models/bilstm/config.ts';
import type { Model } from '../../../src/models/model.ts';
import { Parameters } from '../../../src/nn/parameters.ts';

/** V = 29, N = 3, E = 5, D = 7, three classes; every number drawn, no bias at 0. */
export function tinyBilstm(change: Partial<BilstmConfig> = {}, seed = 1): Model<BilstmConfig> {
  const config = { ...bilstmConfig({ units: 3, embeddingWidth: 5, width: 7 }, { vocabulary: 29, padId: 0, positions: 13, task: 'single-label', labels: ['no', 'perhaps', 'yes'], pairs: false, dropout: 0 }), ...change };
  return createBilstm(config, new Parameters(bilstmSpecs(config), ({ name, shape }) => normals(shape.reduce((product, side) => product * side, 1), randomKey(seed, name), 0.5)));
}

/** Pairs of rows of ids as a tokenizer would frame them, padded at the right to `width`: 2 a 3 b 3. */
export function pairBatch(pairs: readonly (readonly [readonly number[], readonly number[]])[], width = 0): Batch {
  const rows = pairs.map(([a, b]) => ({ ids: [2, ...a, 3, ...b, 3], types: [...a.map(() => 0), 0, 0, ...b.map(() => 1), 1] }));
  const length = Math.max(width, ...rows.map(({ ids }) => ids.length));
  const padded = (values: readonly number[]) => [...values, ...Array.from({ length: length - values.length }, () => 0)];
  return upload({
    exampleIds: rows.map((_, row) => `e${row}`),
    rows: rows.length,
    width: length,
    inputIds: Int32Array.from(rows.flatMap(({ ids }) => padded(ids))),
    mask: Float32Array.from(rows.flatMap(({ ids }) => padded(ids.map(() => 1)))),
    typeIds: Int32Array.from(rows.flatMap(({ types }) => padded(types))),
  });
}
