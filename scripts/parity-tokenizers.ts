/**
 * Saves the tokenizers of a translator with what they make of the lines of parallel text, for scripts/parity-tokenizers.py to hold Python's
 * transformers against. Those of a folder, or, without --from, a vocabulary trained on the text:
 *
 *     tsx scripts/parity-tokenizers.ts OUT SOURCE TARGET [--from FOLDER | --size 4000] [--lines 500] && python3 scripts/parity-tokenizers.py OUT
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeJson } from '../src/storage/json.ts';
import { openTranslationTokenizers, saveTranslationTokenizers } from '../src/text/open-translation-tokenizers.ts';
import { openParallel } from '../src/text/parallel.ts';
import { trainTranslationVocabulary } from '../src/text/train-translation-vocabulary.ts';
import type { SideTokenizer } from '../src/text/translation-tokenizers.ts';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { from: { type: 'string' }, size: { type: 'string', default: '4000' }, lines: { type: 'string', default: '500' } } });
const [out, source, target] = positionals;
if (out === undefined || source === undefined || target === undefined) throw new Error('Usage: tsx scripts/parity-tokenizers.ts OUT SOURCE TARGET [--from FOLDER | --size N] [--lines N]');

const maxTokens = 64;
/** What lines of a corpus seldom hold. */
const odd = ['', ' ', '  two  spaces ', 'tab\there', 'emoji 😀 and 漢字', '☃☃ ☃', '“quotes” – dashes…', 'ﬁne ａｂ', '>>deu<< A text with a code.', '>> no code'];

const corpus = await openParallel({ source, target, emptyLines: 'leave-out' });
const tokenizers = values.from === undefined ? await trainTranslationVocabulary(corpus, { size: Number(values.size) }) : await openTranslationTokenizers(values.from);
await saveTranslationTokenizers(tokenizers, out);

async function said(tokenizer: SideTokenizer, texts: readonly string[]): Promise<unknown[]> {
  const encoded = await tokenizer.encode(texts.map((text) => ({ text })), { maxTokens });
  const decoded = await tokenizer.decodeBatch(encoded.map(({ ids }) => ids));
  return encoded.map(({ ids }, i) => ({ text: texts[i], ids: [...ids], decoded: decoded[i] }));
}

const lines = corpus.examples.slice(0, Number(values.lines));
const { padId, eosId, unkId } = tokenizers;
await writeJson(join(out, 'tokenizers.json'), {
  maxTokens,
  specials: { pad: padId, eos: eosId, unk: unkId },
  source: await said(tokenizers.source, [...odd, ...lines.map(({ text }) => text)]),
  target: await said(tokenizers.target, [...odd, ...lines.map(({ pair }) => pair ?? '')]),
});
