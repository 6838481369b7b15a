/**
 * What a translator says of some sources on the engine in use, so that other runtimes can be held against it.
 */
import { upload } from '../../engine/batch.ts';
import { scope } from '../../engine/memory.ts';
import type { Seq2Seq } from './model.ts';
import type { TranslationSamples } from './save.ts';
import { searchTranslations } from './search.ts';

/** @param sources token ids, each as the tokenizer ends a source. The decoder is fed the source's own translation, without its last token. */
export async function translationSamples(model: Seq2Seq, { sources, texts = null, precision }: Pick<TranslationSamples, 'sources' | 'precision'> & { readonly texts?: TranslationSamples['texts'] }): Promise<TranslationSamples> {
  const [fed, logits, translations]: [number[][], number[][], number[][]] = [[], [], []];
  for (const ids of sources) {
    const arrays = { exampleIds: [''], rows: 1, width: ids.length, inputIds: Int32Array.from(ids), mask: new Float32Array(ids.length).fill(1), typeIds: new Int32Array(ids.length) };
    const batch = upload(arrays);
    const tokens = [...((await searchTranslations(model, batch))[0]?.[0]?.tokens ?? [])];
    batch.dispose();
    const given = [model.config.startId, ...tokens.slice(0, -1)];
    const pair = upload({ ...arrays, target: { width: given.length, inputIds: Int32Array.from(given), mask: new Float32Array(given.length).fill(1) } });
    const said = scope(() => model.forward(pair, { logits: true }).logits);
    const values = await said.data();
    said.dispose();
    pair.dispose();
    fed.push(given);
    logits.push([...values.slice(-model.config.vocabulary)]);
    translations.push(tokens);
  }
  return { texts, sources, fed, logits, translations, precision };
}
