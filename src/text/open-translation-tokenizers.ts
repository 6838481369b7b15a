// The tokenizers of a translator's folder: OPUS-MT's pair of sentencepiece models with a vocabulary (source.spm, target.spm, vocab.json), or
// one tokenizer.json for both sides (T5, BART, and vocabularies trained here). Saved, they load in Python transformers as they did before.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeFileAtomically } from '../storage/atomic.ts';
import { named } from '../storage/file-bytes.ts';
import { isThere } from '../storage/is-there.ts';
import { readJson, readJsonIfPresent } from '../storage/json.ts';
import { printable } from '../storage/quoted.ts';
import { readSentencePieceModel } from '../storage/sentencepiece-model.ts';
import { shapeFault } from '../storage/shape-fault.ts';
import { MarianTokenizer } from './marian-tokenizer.ts';
import { sentencePieceDefinition } from './sentence-piece.ts';
import { readTokenizerConfig, type SaveOptions } from './tokenizer-config.ts';
import { loadTokenizer, saveTokenizer } from './tokenizer-files.ts';
import { Tokenizer } from './tokenizer.ts';
import { sharedTokenizers, type TranslationTokenizers } from './translation-tokenizers.ts';

const marianFiles = ['source.spm', 'target.spm', 'vocab.json', 'target_vocab.json', 'tokenizer_config.json', 'special_tokens_map.json'] as const;
const vocabularySchema = z.record(z.string(), z.int().nonnegative());
const tokenId = z.int().nonnegative().nullish();
/** What a model's config says of its tokens. */
const configSchema = z.looseObject({ decoder_start_token_id: tokenId, pad_token_id: tokenId, eos_token_id: z.union([tokenId, z.array(z.int())]), vocab_size: z.int().positive().nullish(), decoder_vocab_size: z.int().positive().nullish() });

/**
 * Loads the tokenizers of a folder. The decoder starts with `decoder_start_token_id` of its config.json or generation_config.json; where
 * neither says it (a vocabulary without a model yet) with the padding token, as Marian's and T5's do.
 * Throws an Error that names the folder or file: for a special token that is missing, a tokenizer that does not close a text with its
 * end-of-sentence token, and a model whose config says otherwise than its tokenizer.
 */
export async function openTranslationTokenizers(folder: string): Promise<TranslationTokenizers> {
  const tokenizers = (await isThere(join(folder, 'source.spm'))) ? await openMarian(folder) : await openShared(folder);
  return { ...tokenizers, startId: (await readStart(folder, tokenizers)) ?? tokenizers.startId };
}

/**
 * Writes the tokenizers into a folder: those of an OPUS-MT folder byte for byte as they were read, one for both sides as
 * `saveTokenizer` does, for a model that takes no token types.
 */
export async function saveTranslationTokenizers(tokenizers: Pick<TranslationTokenizers, 'source' | 'published'>, folder: string, options: Pick<SaveOptions, 'maxTokens'> = {}): Promise<void> {
  const { source, published } = tokenizers;
  if (published !== undefined) for (const [name, bytes] of published) await writeFileAtomically(join(folder, name), bytes);
  else if (source instanceof Tokenizer) await saveTokenizer(source, folder, { typeIds: false, ...options });
  else throw new Error(`${folder}: these tokenizers were not read from a folder and are of no kind that can be written`);
}

async function openShared(folder: string): Promise<TranslationTokenizers> {
  const tokenizer = await loadTokenizer(folder);
  return named(folder, async () => {
    const tokenizers = sharedTokenizers(tokenizer);
    const [empty] = await tokenizer.encode([{ text: '' }], { maxTokens: 16 });
    if (empty?.ids.at(-1) !== tokenizers.eosId) throw new Error(`its tokenizer does not close a text with ${printable(tokenizer.config.specialTokens.eos ?? '')}, which a translator reads and writes at the end of every text; its post_processor must append it`);
    return tokenizers;
  });
}

async function openMarian(folder: string): Promise<TranslationTokenizers> {
  const published = new Map<string, Uint8Array>();
  for (const name of marianFiles) if (await isThere(join(folder, name))) published.set(name, await readFile(join(folder, name)));
  const [config, map] = [await readJsonIfPresent(join(folder, 'tokenizer_config.json')), await readJsonIfPresent(join(folder, 'special_tokens_map.json'))];
  const side = async (model: string, vocabulary: string): Promise<MarianTokenizer> => {
    const pieces = await readPieces(join(folder, model));
    const { eos = '</s>', pad = '<pad>', unk = '<unk>' } = readTokenizerConfig(pieces.definition, config, map).specialTokens;
    const path = join(folder, vocabulary);
    const parts = { pieces, vocabulary: await readVocabulary(path), specials: { eos, pad, unk } };
    return named(path, () => Promise.resolve(parts).then((of) => new MarianTokenizer(of)));
  };
  const [source, target] = [await side('source.spm', 'vocab.json'), await side('target.spm', published.has('target_vocab.json') ? 'target_vocab.json' : 'vocab.json')];
  const { padId, eosId, unkId } = target;
  if (source.padId !== padId) throw new Error(`${folder}: the padding token has id ${source.padId} in vocab.json and ${padId} in target_vocab.json; a model has one`);
  return { source, target, startId: padId, padId, eosId, unkId, published };
}

/** A sentencepiece model as a tokenizer of the library, which may say anything of what it cannot use. */
async function readPieces(path: string): Promise<Tokenizer> {
  const model = await readSentencePieceModel(path);
  const definition = await named(path, () => Promise.resolve(model).then(sentencePieceDefinition));
  const unk = model.pieces.find(({ type }) => type === 'unknown')?.text ?? '';
  try {
    return new Tokenizer(definition, { specialTokens: { unk }, published: {} });
  } catch (error) {
    throw new Error(`${path}: not a model that the tokenizers library reads: ${printable(error instanceof Error ? error.message : String(error), 300)}`, { cause: error });
  }
}

async function readVocabulary(path: string): Promise<ReadonlyMap<string, number>> {
  const parsed = vocabularySchema.safeParse(await readJson(path));
  if (!parsed.success) throw new Error(`${path}: not a vocabulary, an object of tokens and ids: ${shapeFault(parsed.error)}`);
  return new Map(Object.entries(parsed.data));
}

/** The start token that the model beside it says, where it says one. */
async function readStart(folder: string, { source, target, eosId, padId }: Pick<TranslationTokenizers, 'source' | 'target' | 'eosId' | 'padId'>): Promise<number | undefined> {
  let start: number | undefined;
  for (const name of ['generation_config.json', 'config.json']) {
    const path = join(folder, name);
    const config = await readJsonIfPresent(path);
    if (config === undefined) continue;
    const parsed = configSchema.safeParse(config);
    if (!parsed.success) throw new Error(`${path}: not the config of a model: ${shapeFault(parsed.error)}`);
    const { decoder_start_token_id: own, pad_token_id: pad, eos_token_id: eos, vocab_size: rows, decoder_vocab_size: targetRows } = parsed.data;
    for (const [role, said, id] of [['pad', pad, padId], ['eos', eos, eosId]] as const) {
      if (typeof said === 'number' && said !== id) throw new Error(`${path}: ${role}_token_id is ${said}, and the tokenizer beside it says ${id}; they belong to different models`);
    }
    for (const [side, most] of [[source, rows], [target, targetRows ?? rows]] as const) {
      if (side.vocabularySize > (most ?? Infinity)) throw new Error(`${path}: the model knows ${most ?? 0} tokens and the tokenizer beside it ${side.vocabularySize}; they belong to different models`);
    }
    start = own ?? start;
    if (start !== undefined && start >= target.vocabularySize) throw new Error(`${path}: decoder_start_token_id is ${start}, and the tokenizer beside it has ${target.vocabularySize} tokens`);
  }
  return start;
}
