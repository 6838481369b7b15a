/**
 * Saves translators of every family: as the fixtures have them (trained a little), with fewer layers of decoder and encoder, and fresh ones
 * with a vocabulary of their own, each with what this engine says and how it translates a few sources, for scripts/parity.py to hold Python's transformers against:
 *
 *     tsx scripts/parity-translators.ts FOLDER && for model in FOLDER/*; do python3 scripts/parity.py $model; done
 */
import { join } from 'node:path';
import { useEngine } from '../src/engine/engine.ts';
import type { Seq2SeqFamilyName } from '../src/models/seq2seq/config.ts';
import { seq2seqFamilies } from '../src/models/seq2seq/families.ts';
import { loadSeq2Seq } from '../src/models/seq2seq/load.ts';
import { freshSeq2Seq, type Seq2Seq } from '../src/models/seq2seq/model.ts';
import { translationSamples } from '../src/models/seq2seq/samples.ts';
import { saveSeq2Seq } from '../src/models/seq2seq/save.ts';
import { freshSeq2SeqConfig, parseSeq2SeqSize } from '../src/models/seq2seq/size.ts';
import { cutSeq2Seq } from '../src/models/seq2seq/student.ts';
import { makeCorpus } from '../src/text/corpus.ts';
import { saveTranslationTokenizers } from '../src/text/open-translation-tokenizers.ts';
import { trainTranslationVocabulary } from '../src/text/train-translation-vocabulary.ts';

const fixtures = join(import.meta.dirname, '../test/fixtures/models');
const [root] = process.argv.slice(2);
if (root === undefined) throw new Error('Usage: tsx scripts/parity-translators.ts FOLDER');
await useEngine('wasm');

const texts = ['The film is not bad.', 'a', 'Nobody asked, yet here we are.'];
const pairs = texts.map((text, row) => ({ id: String(row), text, pair: text.toUpperCase() }));
const tokenizers = await trainTranslationVocabulary(makeCorpus(pairs, { name: 'parity', split: 'train' }), { size: 300, minFrequency: 1 });

for (const name of ['marian', 't5', 't5-gated', 'bart']) {
  const { model } = await loadSeq2Seq(join(fixtures, name));
  await write(name, model);
  for (const layers of [[0], [1, 0]]) {
    const cut = await cutSeq2Seq(model, { layers, encoderLayers: [1] });
    await write(`${name}-cut-1+${layers.length}`, cut.model);
    cut.model.dispose();
  }
  model.dispose();
}
for (const family of Object.keys(seq2seqFamilies) as Seq2SeqFamilyName[]) {
  const config = freshSeq2SeqConfig(parseSeq2SeqSize('3+2x24:3:40'), { family, vocabulary: tokenizers.target.vocabularySize, padId: tokenizers.padId, eosId: tokenizers.eosId, positions: 32 });
  const model = freshSeq2Seq(config, { seed: 5 });
  const sources = (await tokenizers.source.encode(texts.map((text) => ({ text })), { maxTokens: 32 })).map(({ ids }) => [...ids]);
  const parity = await translationSamples(model, { sources, texts, precision: 'fp32' });
  await saveSeq2Seq(join(root, `${family}-fresh`), model, { tokenizer: (folder) => saveTranslationTokenizers(tokenizers, folder, { maxTokens: 32 }), card: { name: family, story: ['For parity.'] }, parity });
  model.dispose();
}

async function write(name: string, model: Seq2Seq): Promise<void> {
  const end = model.config.generation.eosIds[0] ?? 0;
  const sources = [[3, 9, 4, 8, 12, 5, end], [7, end], [11, 3, 3, 30, 21, 8, 17, 4, 6, 29, 33, end]];
  const parity = await translationSamples(model, { sources, precision: 'fp32' });
  await saveSeq2Seq(join(root!, name), model, { tokenizer: () => Promise.resolve(), card: { name, story: ['For parity.'] }, parity });
}
