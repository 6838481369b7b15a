/**
 * How well a model fills in hidden words of a held-out text: its loss and perplexity over words hidden once and for all, so that two
 * models, and two moments of one, are asked the same. Which words, and how they are hidden, is the masking's.
 */
import { upload } from '../engine/batch.ts';
import { vocabularyLoss } from '../engine/fused/vocabulary-loss.ts';
import { randomKey } from '../engine/random.ts';
import * as tf from '../engine/tf.ts';
import type { ModelFacts } from '../models/facts.ts';
import type { Model } from '../models/model.ts';
import { evaluationBatches, type HostBatch } from '../text/batches.ts';
import type { EncodedCorpus } from '../text/encoded-corpus.ts';
import type { Masked, Masking } from '../text/masking.ts';

export interface MaskedLmScores {
  /** Mean -log p of the hidden words, in nats. */
  readonly maskedLmLoss: number;
  /** e to the loss. */
  readonly perplexity: number;
  /** The loss with its sign changed: higher is better, so that it can pick the best weights. */
  readonly logLikelihood: number;
}

export interface MaskedLmOptions {
  /** Examples per batch. Default 32. */
  readonly rows?: number;
  /** Of the words that are hidden; no part of a run's own seed. Default 0. */
  readonly seed?: number;
}

/** @throws for a model without a masked-LM head. */
export async function maskedLmScores(model: Model<ModelFacts>, corpus: EncodedCorpus, masking: Masking, { rows = 32, seed = 0 }: MaskedLmOptions = {}): Promise<MaskedLmScores> {
  if (model.config.task !== 'masked-lm') throw new Error(`hidden words are filled in by a masked-LM head, but this model is ${model.config.task === 'none' ? 'a bare encoder' : model.config.task}: load it for masked-lm`);
  const key = randomKey(seed, 'held-out masking');
  let [sum, words] = [0, 0];
  for (const batch of evaluationBatches(corpus, { rows, padId: model.config.padId })) {
    const masked = masking.mask(batch, key);
    const count = masked.labels.tokens.reduce((hidden, token) => hidden + (token >= 0 ? 1 : 0), 0);
    if (count === 0) continue;
    sum += count * (await meanLoss(model, masked));
    words += count;
  }
  if (words === 0) throw new Error('no word of the held-out text could be hidden: it holds special tokens alone');
  return { maskedLmLoss: sum / words, perplexity: Math.exp(sum / words), logLikelihood: -sum / words };
}

async function meanLoss(model: Model<ModelFacts>, host: Masked<HostBatch>): Promise<number> {
  const batch = upload(host);
  try {
    const loss = tf.tidy(() => {
      const { decoder } = model.forward(batch, { decoder: true });
      const words = batch.labels?.values ?? tf.fill(batch.mask.shape, -1, 'int32');
      return vocabularyLoss(decoder, { words, mask: batch.mask, temperature: 1, softWeight: 0, maskedWeight: 1 }).masked;
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
