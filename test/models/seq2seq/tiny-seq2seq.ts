/** Encoder-decoders of odd, tiny sizes with every number drawn, and batches of pairs for them. */
import { type Batch, type HostArrays, upload } from '../../../src/engine/batch.ts';
import { normals, randomKey } from '../../../src/engine/random.ts';
import type { Seq2SeqConfig, Seq2SeqFamilyName } from '../../../src/models/seq2seq/config.ts';
import { seq2seqFamilies } from '../../../src/models/seq2seq/families.ts';
import { createSeq2Seq, type Seq2Seq, seq2seqSpecs } from '../../../src/models/seq2seq/model.ts';
import { freshSeq2SeqConfig } from '../../../src/models/seq2seq/size.ts';
import { Parameters } from '../../../src/nn/parameters.ts';

export const familyNames = Object.keys(seq2seqFamilies) as Seq2SeqFamilyName[];

const size = { encoderLayers: 2, layers: 2, width: 9, heads: 3, feedForwardWidth: 11 };

/** V = 23, padding 0, end 1, 21 positions, no dropout. */
export function tinySeq2SeqConfig(change: Partial<Seq2SeqConfig> = {}): Seq2SeqConfig {
  const { family = 'marian' } = change;
  return { ...freshSeq2SeqConfig(size, { family, vocabulary: 23, padId: 0, eosId: 1, positions: 21, dropout: 0 }), ...change };
}

export function tinySeq2Seq(change: Partial<Seq2SeqConfig> = {}, seed = 1): Seq2Seq {
  const config = tinySeq2SeqConfig(change);
  return createSeq2Seq(config, new Parameters(seq2seqSpecs(config), ({ name, shape, initial }) => {
    const values = normals(shape.reduce((product, side) => product * side, 1), randomKey(seed, name), 0.4);
    return initial === 'ones' ? values.map((value) => 1 + value) : values;
  }));
}

const padded = (rows: readonly (readonly number[])[], width: number, value: (id: number) => number, rest: number) => rows.flatMap((row) => Array.from({ length: width }, (_, i) => (i < row.length ? value(row[i] ?? 0) : rest)));

/** Pairs of sources and targets, the targets with their end token; padded to the longest, or to more. */
export function pairArrays(pairs: readonly (readonly [readonly number[], readonly number[]])[], { startId, more = 0 }: { startId: number; more?: number }): HostArrays {
  const [sources, targets] = [pairs.map(([source]) => source), pairs.map(([, target]) => target)];
  const [width, length] = [sources, targets].map((rows) => Math.max(...rows.map((row) => row.length)) + more) as [number, number];
  return {
    exampleIds: pairs.map((_, row) => `e${row}`),
    rows: pairs.length,
    width,
    inputIds: Int32Array.from(padded(sources, width, (id) => id, 0)),
    mask: Float32Array.from(padded(sources, width, () => 1, 0)),
    typeIds: new Int32Array(pairs.length * width),
    labels: { kind: 'translation', tokens: Int32Array.from(padded(targets, length, (id) => id, -1)) },
    target: {
      width: length,
      inputIds: Int32Array.from(padded(targets.map((target) => [startId, ...target.slice(0, -1)]), length, (id) => id, 0)),
      mask: Float32Array.from(padded(targets, length, () => 1, 0)),
    },
  };
}

export const pairs = [[[4, 9, 6, 1], [7, 8, 1]], [[12, 1], [3, 22, 5, 5, 1]], [[3, 3, 17, 20, 8, 2, 1], [9, 1]]] as const;

export function pairBatch(startId = 0, more = 0): Batch {
  return upload(pairArrays(pairs, { startId, more }));
}
