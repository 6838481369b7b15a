/** The folder of a translator's tokenizers, one file of it changed at a time; what opens encodes and decodes. */
import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openTranslationTokenizers } from '../../../src/text/open-translation-tokenizers.ts';
import { fileSubject, type Format, type Subject, utf8 } from '../format.ts';

const fixture = join(import.meta.dirname, '../../fixtures/storage/sentencepiece/marian');

async function tryFolder(folder: string): Promise<unknown> {
  const { source, target } = await openTranslationTokenizers(folder);
  const texts = ['', '>>rev<< The plot was ﬁne.', 'Ä😀 ａ\tb  </s> ☃'].map((text) => ({ text }));
  const encoded = [...(await source.encode(texts, { maxTokens: 60 })), ...(await target.encode(texts, { maxTokens: 3 }))];
  return target.decodeBatch(encoded.map(({ ids }) => ids));
}

async function folderSubject(at: string, name: string, { samples, ...rest }: Pick<Subject, 'json' | 'words'> & { readonly samples?: readonly Uint8Array[] }): Promise<Subject> {
  const folder = join(at, 'marian');
  await cp(fixture, folder, { recursive: true });
  return fileSubject(folder, name, { ...rest, samples: samples ?? [await readFile(join(folder, name))], place: folder, read: () => tryFolder(folder) });
}

export const translatorFormats: readonly Format[] = [
  {
    name: 'sentencepiece',
    sources: ['src/storage/sentencepiece-model.ts', 'src/storage/protobuf-reader.ts', 'src/text/sentence-piece.ts', 'src/text/characters-map.ts', 'src/text/open-translation-tokenizers.ts'],
    open: (at) => folderSubject(at, 'source.spm', { words: ['▁', '</s>', '<unk>', '\u0008\u0001', '\u0012'] }),
  },
  {
    name: 'translator-vocabulary',
    sources: ['src/text/marian-tokenizer.ts', 'src/text/open-translation-tokenizers.ts'],
    open: (at) => folderSubject(at, 'vocab.json', { json: true, words: ['"</s>": 0', '<pad>', '>>rev<<'] }),
  },
  {
    name: 'translation-tokenizer-config',
    sources: ['src/text/open-translation-tokenizers.ts'],
    open: (at) => folderSubject(at, 'config.json', { json: true, samples: [utf8('{"decoder_start_token_id": 403, "pad_token_id": 403, "eos_token_id": 0, "vocab_size": 404}')], words: ['"vocab_size": 1', 'decoder_vocab_size'] }),
  },
];
