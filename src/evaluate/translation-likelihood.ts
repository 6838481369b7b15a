/**
 * How likely a translator finds given translations, each word asked for after the words before it (teacher forcing): the log-likelihood of
 * a token and the perplexity of all, end tokens counted. It searches for nothing.
 */
import { upload } from '../engine/batch.ts';
import * as tf from '../engine/tf.ts';
import type { Seq2Seq } from '../models/seq2seq/model.ts';
import { targetTokens, decoderFor, translationLoss } from '../objectives/translation-loss.ts';
import { evaluationBatches, type HostBatch } from '../text/batches.ts';
import type { EncodedCorpus } from '../text/encoded-corpus.ts';

export interface TranslationLikelihood {
  /** Mean log p of a target token, in nats: higher is better. */
  readonly logLikelihood: number;
  /** e to its opposite. */
  readonly perplexity: number;
  readonly tokens: number;
}

/** @param pairs encoded with their translations. */
export async function translationLikelihood(model: Seq2Seq, pairs: EncodedCorpus, { rows = 32 }: { readonly rows?: number } = {}): Promise<TranslationLikelihood> {
  let [sum, tokens] = [0, 0];
  for (const batch of evaluationBatches(pairs, { rows, padId: model.config.padId, startId: model.config.startId })) {
    const count = batch.target?.mask.reduce((all, one) => all + one, 0) ?? 0;
    sum += count * (await meanLoss(model, batch));
    tokens += count;
  }
  return { logLikelihood: -sum / tokens, perplexity: Math.exp(sum / tokens), tokens };
}

async function meanLoss(model: Seq2Seq, host: HostBatch): Promise<number> {
  const batch = upload(host);
  try {
    const loss = tf.tidy(() => {
      const target = targetTokens(batch, 'likelihood');
      return translationLoss(decoderFor(model.forward(batch, { decoder: true }).decoder, target, 'likelihood'), target, {});
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
