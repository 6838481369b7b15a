// A folder for commands about translation: the first lines of the counting corpus, and an untrained translator of it.
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freshSeq2Seq } from '../../../src/models/seq2seq/model.ts';
import { saveSeq2Seq } from '../../../src/models/seq2seq/save.ts';
import { freshSeq2SeqConfig, parseSeq2SeqSize } from '../../../src/models/seq2seq/size.ts';
import { saveTranslationTokenizers } from '../../../src/text/open-translation-tokenizers.ts';
import { openParallel } from '../../../src/text/parallel.ts';
import { trainTranslationVocabulary } from '../../../src/text/train-translation-vocabulary.ts';
import { startEngine } from '../../engine-under-test.ts';

export interface TranslationBench {
  readonly folder: string;
  /** train, dev and test, each as .en and .de. */
  readonly corpus: string;
  /** 2+2 layers of 16, 40 positions. */
  readonly translator: string;
  path(name: string): string;
  remove(): Promise<void>;
}

/** Lines of each split. */
const sizes = { train: 60, dev: 6, test: 8 } as const;

export async function layCounting(folder: string, lines: Readonly<Record<string, number>> = sizes): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [split, count] of Object.entries(lines)) {
    for (const side of ['en', 'de']) {
      const text = await readFile(resolve('corpora', 'counting', 'sample', `${split}.${side}`), 'utf8');
      await writeFile(join(folder, `${split}.${side}`), `${text.split('\n').slice(0, count).join('\n')}\n`);
    }
  }
}

export async function openTranslationBench(): Promise<TranslationBench> {
  const folder = await mkdtemp(join(tmpdir(), 'retort-translations-'));
  const [corpus, translator] = [join(folder, 'counting'), join(folder, 'translator')];
  await layCounting(corpus);
  const tokenizers = await trainTranslationVocabulary(await openParallel({ source: join(corpus, 'train.en'), target: join(corpus, 'train.de') }), { size: 400 });
  await startEngine();
  const config = freshSeq2SeqConfig(parseSeq2SeqSize('2+2x16:2'), { vocabulary: tokenizers.target.vocabularySize, padId: tokenizers.padId, eosId: tokenizers.eosId, positions: 40 });
  const model = freshSeq2Seq(config, { seed: 1 });
  await saveSeq2Seq(translator, model, { tokenizer: (place) => saveTranslationTokenizers(tokenizers, place, { maxTokens: 40 }), card: { name: 'translator', story: [] } });
  model.dispose();
  return { folder, corpus, translator, path: (name) => join(folder, name), remove: () => rm(folder, { recursive: true, force: true }) };
}

/** A copy of a file with other lines. */
export async function withLines(from: string, to: string, change: (lines: string[]) => readonly string[]): Promise<string> {
  await cp(from, to);
  await writeFile(to, `${change((await readFile(from, 'utf8')).trimEnd().split('\n')).join('\n')}\n`);
  return to;
}
