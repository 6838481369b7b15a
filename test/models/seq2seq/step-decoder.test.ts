import test, { type ExecutionContext } from 'ava';
import { scoreSequences } from '../../../src/decode/score-sequences.ts';
import { upload } from '../../../src/engine/batch.ts';
import { leaks } from '../../../src/engine/memory.ts';
import * as tf from '../../../src/engine/tf.ts';
import type { Seq2Seq } from '../../../src/models/seq2seq/model.ts';
import { openDecoder, type SourceDecoder } from '../../../src/models/seq2seq/step-decoder.ts';
import { close, roundedDeep } from '../../engine/numbers.ts';
import { engineUnderTest } from '../../engine-choice.ts';
import { startEngine } from '../../engine-under-test.ts';
import { familyNames, pairArrays, pairBatch, tinySeq2Seq } from './tiny-seq2seq.ts';

test.before(startEngine);

const sources = [[4, 9, 6, 1], [12, 1], [3, 3, 17, 20, 8, 2, 1]];
const near = { relative: 1e-5, absolute: 1e-5, ...roundedDeep };

const opened = (model: Seq2Seq): SourceDecoder => {
  const batch = pairBatch(model.config.startId);
  const decoder = openDecoder(model, batch);
  batch.dispose();
  return decoder;
};

const logitsAfter = async (decoder: SourceDecoder, tokens: readonly number[]): Promise<number[][]> => {
  const logits = decoder.step(Int32Array.from(tokens));
  const values = await logits.data();
  logits.dispose();
  return tokens.map((_, row) => [...values.subarray(row * 23, (row + 1) * 23)]);
};

/** What the whole forward pass says after these tokens. */
async function whole(model: Seq2Seq, source: readonly number[], fed: readonly number[]): Promise<number[]> {
  const batch = upload(pairArrays([[source, [...fed.slice(1), 1]]], { startId: fed[0]! }));
  const logits = tf.tidy(() => model.forward(batch, { logits: true }).logits);
  const values = await logits.data();
  tf.dispose(logits);
  batch.dispose();
  return [...values.slice(-23)];
}

/** Rows of a search: which source each translates, and what it was fed. */
interface Row {
  readonly source: number;
  readonly fed: readonly number[];
}

async function agrees(t: ExecutionContext, model: Seq2Seq, rows: readonly Row[], said: readonly (readonly number[])[]): Promise<void> {
  t.is(said.length, rows.length);
  for (const [row, { source, fed }] of rows.entries()) close(t, `row ${row} after ${fed.join(' ')}`, said[row]!, await whole(model, sources[source]!, fed), near);
}

for (const family of familyNames) {
  test.serial(`${family}: step by step it says what the whole pass says, however rows are copied, reordered and let go`, async (t) => {
    t.is(tf.getBackend(), engineUnderTest);
    const model = tinySeq2Seq({ family });
    const decoder = opened(model);
    let rows: Row[] = sources.map((_, source) => ({ source, fed: [model.config.startId] }));
    const selections: Readonly<Record<number, readonly number[]>> = {
      1: [0, 0, 1, 1, 2, 2], // a source's beams part
      2: [1, 0, 2, 3, 5, 5],
      4: [0, 1, 4, 5], // a source is done
      5: [0, 2, 3], // not as many rows of each source
      7: [2, 1, 0], // sources change places
      9: [0, 0, 1, 2],
      17: [3, 1, 0, 2],
      18: [1, 1],
    };
    for (let written = 1; written <= 19; written++) {
      const said = await logitsAfter(decoder, rows.map(({ fed }) => fed.at(-1)!));
      if ([1, 2, 3, 5, 6, 8, 10, 17, 18, 19].includes(written)) await agrees(t, model, rows, said);
      const selection = selections[written];
      if (selection !== undefined) decoder.select(Int32Array.from(selection));
      rows = (selection ?? rows.map((_, row) => row)).map((from, row) => ({ source: rows[from]!.source, fed: [...rows[from]!.fed, 2 + ((7 * written + 5 * row) % 21)] }));
    }
    decoder.dispose();
    model.dispose();
  });

  test.serial(`${family}: likelihoods step by step are those of the whole pass`, async (t) => {
    const model = tinySeq2Seq({ family });
    const batch = pairBatch(model.config.startId);
    const logProbabilities = tf.logSoftmax(model.forward(batch, { logits: true }).logits);
    const values = await logProbabilities.data();
    const decoder = opened(model);
    const targets = [[7, 8, 1], [3, 22, 5, 5, 1], [9, 1]];
    const scores = await scoreSequences(decoder, { startId: model.config.startId, sequences: targets });
    targets.forEach((target, row) => close(t, `target ${row}`, scores[row]!, target.map((token, place) => values[(row * 5 + place) * 23 + token]!), near));
    decoder.dispose();
    batch.dispose();
    model.dispose();
  });
}

test.serial('a decoder leaves nothing once it is disposed of, wherever it stopped', async (t) => {
  for (const family of familyNames) {
    const model = tinySeq2Seq({ family });
    const left = await leaks(async () => {
      const decoder = opened(model);
      for (let written = 1; written <= 18; written++) {
        decoder.step(new Int32Array(written === 1 ? 3 : 4).fill(5)).dispose();
        decoder.select(Int32Array.from(written === 1 ? [0, 1, 1, 2] : [3, 1, 2, 0]));
      }
      decoder.dispose();
      const unused = opened(model);
      unused.dispose();
      await Promise.resolve();
    });
    t.deepEqual(left, { tensors: 0, buffers: 0 }, family);
    model.dispose();
  }
});

test.serial('what cannot be written is refused, and leaves nothing', async (t) => {
  const model = tinySeq2Seq({ positions: 8 });
  const left = await leaks(() => {
    const decoder = opened(model);
    t.throws(() => decoder.step(Int32Array.of(1)), { message: '1 tokens are given for 3 rows' });
    for (let written = 1; written <= 8; written++) decoder.step(Int32Array.of(2, 3, 4)).dispose();
    t.throws(() => decoder.step(Int32Array.of(2, 3, 4)), { message: 'a text of the decoder is 9 tokens long, but the model has only 8 positions' });
    decoder.dispose();
  });
  t.deepEqual(left, { tensors: 0, buffers: 0 });
  model.dispose();
});
