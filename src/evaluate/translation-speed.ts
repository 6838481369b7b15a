/**
 * How fast a system translates: sentences and tokens a second over a test set, reading and writing of text left out. One pass is thrown away. It says
 * nothing of one sentence's wait; for that see latency.ts with batches of one.
 */
import type { Translator } from '../teacher/translator.ts';
import { measureLatency } from './latency.ts';

export interface TranslationSpeed {
  /** Medians over the passes. */
  readonly sentencesPerSecond: number;
  /** Of the best translations, end tokens counted: what a reader gets, not what the beams tried. */
  readonly tokensPerSecond: number;
  readonly sentences: number;
  readonly tokens: number;
}

export interface SpeedOptions {
  /** Sources in a batch; batches are of like lengths. Default 32. */
  readonly batch?: number;
  /** Timed passes. Default 3. */
  readonly passes?: number;
  readonly now?: () => number;
}

/** @throws where there is nothing to translate. */
export async function translationSpeed(translator: Translator, sources: readonly string[], { batch = 32, passes = 3, now }: SpeedOptions = {}): Promise<TranslationSpeed> {
  if (sources.length === 0) throw new Error('there is no source to translate');
  if (!Number.isInteger(batch) || batch < 1) throw new Error(`a batch of ${batch} sources; give a whole number from 1`);
  const encoded = (await translator.encode(sources)).sort((a, b) => b.length - a.length);
  let tokens = 0;
  const { p50Ms } = await measureLatency(async () => {
    tokens = 0;
    for (let at = 0; at < encoded.length; at += batch) {
      for (const [best] of await translator.translate(encoded.slice(at, at + batch))) tokens += best?.tokens.length ?? 0;
    }
  }, { warmup: 1, repeats: passes, ...(now && { now }) });
  return { sentencesPerSecond: (1000 * sources.length) / p50Ms, tokensPerSecond: (1000 * tokens) / p50Ms, sentences: sources.length, tokens };
}
