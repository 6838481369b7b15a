/**
 * What a translator says of some sources on the engine in use, so that other runtimes can be held against it.
 */
import { type Batch, upload } from '../../engine/batch.ts';
import { scope } from '../../engine/memory.ts';
import type * as tf from '../../engine/tf.ts';
import type { Seq2Seq } from './model.ts';
import type { TranslationSamples } from './save.ts';
import { searchTranslations } from './search.ts';

/** @param sources token ids, each as the tokenizer ends a source. The decoder is fed the source's own translation, without its last token. */
export async function translationSamples(model: Seq2Seq, { sources, texts = null, precision }: Pick<TranslationSamples, 'sources' | 'precision'> & { readonly texts?: TranslationSamples['texts'] }): Promise<TranslationSamples> {
  const [fed, logits, translations]: [number[][], number[][], number[][]] = [[], [], []];
  for (const ids of sources) {
    const arrays = { exampleIds: [''], rows: 1, width: ids.length, inputIds: Int32Array.from(ids), mask: new Float32Array(ids.length).fill(1), typeIds: new Int32Array(ids.length) };
    const batch = upload(arrays);
    const found = await searchTranslations(model, batch).finally(() => { batch.dispose(); });
    const tokens = [...(found[0]?.[0]?.tokens ?? [])];
    const given = [model.config.startId, ...tokens.slice(0, -1)];
    const values = await lastLogits(model, upload({ ...arrays, target: { width: given.length, inputIds: Int32Array.from(given), mask: new Float32Array(given.length).fill(1) } }));
    fed.push(given);
    logits.push(values);
    translations.push(tokens);
  }
  return { texts, sources, fed, logits, translations, precision };
}

/** After the last token that is fed. Disposes of the batch, which holds one pair. */
async function lastLogits(model: Seq2Seq, pair: Batch): Promise<number[]> {
  let said: tf.Tensor | undefined;
  try {
    said = scope(() => model.forward(pair, { logits: true }).logits);
    return [...(await said.data()).slice(-model.config.vocabulary)];
  } finally {
    said?.dispose();
    pair.dispose();
  }
}
