/**
 * How likely a translator finds given translations, word by word under teacher forcing. That it falls on the references where a student learns
 * what a teacher wrote is no fault of the student's (Kim & Rush 2016, table 1).
 */
import { upload } from '../engine/batch.ts';
import * as tf from '../engine/tf.ts';
import type { ModelFacts } from '../models/facts.ts';
import type { Model } from '../models/model.ts';
import { decoderFor, targetTokens, translationLoss } from '../objectives/translation-loss.ts';
import { evaluationBatches, type HostBatch } from '../text/batches.ts';
import type { EncodedCorpus } from '../text/encoded-corpus.ts';

/** e to the mean -log p of every target token, end tokens counted. @throws for a model that does not translate, and for a corpus without translations. */
export async function referencePerplexity(model: Model<ModelFacts>, pairs: EncodedCorpus, { rows = 32 }: { readonly rows?: number } = {}): Promise<number> {
  const { padId, startId } = model.config;
  if (startId === undefined) throw new Error('translations are scored by a model that translates: this one has no token to start with');
  let [sum, tokens] = [0, 0];
  for (const batch of evaluationBatches(pairs, { rows, padId, startId })) {
    const count = batch.target?.mask.reduce((all, one) => all + one, 0) ?? 0;
    sum += count * (await meanLoss(model, batch));
    tokens += count;
  }
  return Math.exp(sum / tokens);
}

async function meanLoss(model: Model<ModelFacts>, host: HostBatch): Promise<number> {
  const batch = upload(host);
  try {
    const loss = tf.tidy(() => {
      const target = targetTokens(batch, 'perplexity');
      return translationLoss(decoderFor(model.forward(batch, { decoder: true }).decoder, target, 'perplexity'), target, {});
    });
    try {
      return (await loss.data())[0] ?? NaN;
    } finally {
      loss.dispose();
    }
  } finally {
    batch.dispose();
  }
}
