/**
 * Which layer of a student is like which of its teacher: linear CKA of the states of an example, meaned over its tokens, every layer
 * against every layer. (The first token's alone would not do: before layer 1 it is the same in every example.) The two may differ in width, depth and tokenizer; they must see the same examples.
 */
import { upload } from '../engine/batch.ts';
import * as tf from '../engine/tf.ts';
import type { ModelFacts } from '../models/facts.ts';
import type { Model } from '../models/model.ts';
import { meanOfTokens } from '../nn/mean-pooling.ts';
import { evaluationBatches } from '../text/batches.ts';
import { type EncodedCorpus, sliceCorpus } from '../text/encoded-corpus.ts';
import { centre, gramCka, gramOf } from './cka.ts';

/** A model and the corpus as its tokenizer cut it. */
export interface Reader {
  readonly model: Model<ModelFacts>;
  readonly corpus: EncodedCorpus;
}

/**
 * Rows are the student's layers, columns the teacher's; 0 is the embedding output, i what comes after layer i.
 * @param examples looked at, the first ones of the corpus; every Gram matrix is [examples, examples].
 * @throws if the two corpora hold other examples.
 */
export async function layerCka(student: Reader, teacher: Reader, { examples = 512, rows = 64 }: { examples?: number; rows?: number } = {}): Promise<number[][]> {
  const ids = student.corpus.exampleIds.slice(0, examples);
  const stranger = ids.findIndex((id, row) => teacher.corpus.exampleIds[row] !== id);
  if (stranger >= 0) throw new Error(`example ${stranger} of the student is ${ids[stranger] ?? ''}, of the teacher ${teacher.corpus.exampleIds[stranger] ?? 'none'}: both must read the same examples`);
  const [own, other] = [await layerGrams(student, ids.length, rows), await layerGrams(teacher, ids.length, rows)];
  return own.map((gram) => other.map((teacherGram) => gramCka(gram, teacherGram)));
}

/** The Gram matrix of each layer, 0..L. */
async function layerGrams({ model, corpus }: Reader, examples: number, rows: number): Promise<Float64Array[]> {
  const { layers, width, padId } = model.config;
  const wanted = Array.from({ length: layers + 1 }, (_, layer) => layer);
  const states = wanted.map(() => new Float32Array(examples * width));
  for (const host of evaluationBatches(sliceCorpus(corpus, 0, examples), { rows, padId })) {
    const batch = upload(host);
    const means = tf.tidy(() => {
      const { hidden } = model.forward(batch, { hidden: wanted });
      return tf.stack(wanted.map((layer) => meanOfTokens(hidden.get(layer)!, batch.mask))); // [L + 1, B, H]
    });
    batch.dispose();
    const values = await means.data();
    means.dispose();
    states.forEach((all, layer) => host.order.forEach((row, i) => {
      const from = (layer * host.rows + i) * width;
      all.set(values.subarray(from, from + width), row * width);
    }));
  }
  return states.map((values) => gramOf(centre(values, examples)));
}
