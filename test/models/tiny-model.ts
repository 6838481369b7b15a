/** Models of odd, tiny sizes with every number drawn (no bias at 0, no norm at 1), batches for them, and their parameters as text. */
import { type Batch, upload } from '../../src/engine/batch.ts';
import { normals, randomKey } from '../../src/engine/random.ts';
import type { EncoderConfig } from '../../src/models/config.ts';
import { createModel, type Model } from '../../src/models/model.ts';
import { parameterSpecs } from '../../src/models/parameter-specs.ts';
import { freshConfig } from '../../src/models/size.ts';
import { Parameters } from '../../src/nn/parameters.ts';
import { fingerprint, sha256 } from '../../src/storage/hash.ts';

const size = { layers: 2, width: 9, heads: 3, feedForwardWidth: 11 };

/** V = 29, three classes, 13 positions, no dropout. */
export function tinyConfig(change: Partial<EncoderConfig> = {}): EncoderConfig {
  const family = change.family ?? 'bert';
  return { ...freshConfig({ ...size, ...(change.width && { width: change.width }) }, { family, vocabulary: 29, padId: 0, positions: 13, task: 'single-label', labels: ['no', 'perhaps', 'yes'], dropout: 0 }), ...change };
}

export function tinyModel(change: Partial<EncoderConfig> = {}, seed = 1): Model {
  const config = tinyConfig(change);
  return createModel(config, new Parameters(parameterSpecs(config), ({ name, shape, initial }) => {
    const values = normals(shape.reduce((product, side) => product * side, 1), randomKey(seed, name), 0.3);
    return initial === 'ones' ? values.map((value) => 1 + value) : values;
  }));
}

/** Rows of ids, padded with 0 to the longest; with labels where given. */
export function tinyBatch(rows: readonly (readonly number[])[] = [[2, 7, 9, 3], [2, 28, 3]], labels?: readonly number[]): Batch {
  const width = Math.max(...rows.map((row) => row.length));
  const padded = (value: (id: number) => number) => rows.flatMap((row) => Array.from({ length: width }, (_, i) => (i < row.length ? value(row[i] ?? 0) : 0)));
  return upload({
    exampleIds: rows.map((_, row) => `e${row}`),
    rows: rows.length,
    width,
    inputIds: Int32Array.from(padded((id) => id)),
    mask: Float32Array.from(padded(() => 1)),
    typeIds: new Int32Array(rows.length * width),
    ...(labels && { labels: { kind: 'single-label', indices: Int32Array.from(labels) } }),
  });
}

/** One text for all parameters: equal where every bit is. */
export async function bitsOf({ parameters }: Pick<Model, 'parameters'>): Promise<string> {
  const values = [...(await parameters.read())].map(([name, { shape, data }]) => [name, shape, sha256(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))]);
  return fingerprint(values);
}
