/**
 * How long a model takes for one example, on the engine in use: from token ids on the host to logits on the host, one example at a time.
 * The examples are spread evenly over the corpus, so that their lengths are its lengths; cutting text into tokens is not timed.
 */
import { upload } from '../engine/batch.ts';
import * as tf from '../engine/tf.ts';
import type { ModelFacts } from '../models/facts.ts';
import type { Model } from '../models/model.ts';
import { evaluationBatches } from '../text/batches.ts';
import { type EncodedCorpus, sliceCorpus } from '../text/encoded-corpus.ts';
import { type Latency, measureLatency } from './latency.ts';

/** @param repeats examples that are timed; a smaller corpus is gone through again. */
export async function modelLatency(model: Model<ModelFacts>, corpus: EncodedCorpus, { warmup = 5, repeats = 50 }: { warmup?: number; repeats?: number } = {}): Promise<Latency> {
  const hosts = spreadRows(corpus.exampleIds.length, repeats).flatMap((row) => [...evaluationBatches(sliceCorpus(corpus, row, row + 1), { rows: 1, padId: model.config.padId })]);
  let next = 0;
  return measureLatency(
    async () => {
      const batch = upload(hosts[next++ % hosts.length]!);
      const logits = tf.tidy(() => model.forward(batch, { logits: true }).logits);
      await logits.data();
      logits.dispose();
      batch.dispose();
    },
    { warmup, repeats },
  );
}

/** At most `wanted` rows of `count`, evenly spread. */
export function spreadRows(count: number, wanted: number): number[] {
  if (count < 1) throw new Error('there is no example to time a model on');
  const rows = Math.min(count, wanted);
  return Array.from({ length: rows }, (_, i) => Math.floor(((i + 0.5) * count) / rows));
}
