// Tokenisers on disk: a Hugging Face folder, a tokenizer.json, or a bare BERT vocab.txt; and back into a folder.
// What is saved loads in Python transformers and in transformers.js as it is.
import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { writeFileAtomically } from '../storage/atomic.ts';
import { isThere } from '../storage/is-there.ts';
import { readJson, readJsonIfPresent } from '../storage/json.ts';
import { printable, quoted } from '../storage/quoted.ts';
import { readLines } from './lines.ts';
import { readTokenizerConfig, type SaveOptions } from './tokenizer-config.ts';
import { checkDefinition } from './tokenizer-soundness.ts';
import { Tokenizer } from './tokenizer.ts';
import { wordPieceDefinition, type TokenizerDefinition } from './word-piece.ts';

/**
 * Loads a tokeniser from a folder (tokenizer.json, else vocab.txt), or from either file. The settings beside it are used:
 * special tokens, and for a vocab.txt `do_lower_case` (default true), `strip_accents` and `tokenize_chinese_chars`.
 * Throws an Error that names the file and what is wrong with it.
 */
export async function loadTokenizer(folderOrFile: string): Promise<Tokenizer> {
  const file = await findFile(folderOrFile);
  const beside = (name: string): Promise<unknown> => readJsonIfPresent(join(dirname(file), name));
  const published = await beside('tokenizer_config.json');
  const definition = basename(file).endsWith('.json') ? await readDefinition(file) : await readVocabulary(file, published);
  const config = readTokenizerConfig(definition, published, await beside('special_tokens_map.json'));
  try {
    return new Tokenizer(definition, config);
  } catch (error) {
    throw new Error(`${file}: not a tokenizer that the tokenizers library reads: ${printable(error instanceof Error ? error.message : String(error), 300)}`, { cause: error });
  }
}

/** Writes tokenizer.json, tokenizer_config.json and special_tokens_map.json into a folder, each whole or not at all. */
export async function saveTokenizer(tokenizer: Tokenizer, folder: string, options: SaveOptions = {}): Promise<void> {
  await writeFileAtomically(join(folder, 'tokenizer.json'), tokenizer.tokenizerJson());
  await writeFileAtomically(join(folder, 'tokenizer_config.json'), tokenizer.configJson(options));
  await writeFileAtomically(join(folder, 'special_tokens_map.json'), tokenizer.specialTokensMapJson());
}

async function findFile(path: string): Promise<string> {
  if ((await stat(path)).isFile()) return path;
  for (const name of ['tokenizer.json', 'vocab.txt']) {
    if (await isThere(join(path, name))) return join(path, name);
  }
  throw new Error(`${path}: neither tokenizer.json nor vocab.txt is there; a sentencepiece model must be converted to tokenizer.json first`);
}

async function readDefinition(file: string): Promise<TokenizerDefinition> {
  const value = await readJson(file);
  if (typeof value !== 'object' || value === null || !('model' in value)) throw new Error(`${file}: no "model" in it; is this a tokenizer.json?`);
  let definition: TokenizerDefinition;
  try {
    definition = checkDefinition(value);
  } catch (error) {
    throw new Error(`${file}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
  // Files from before the field existed: BERT's own.
  const isOldBert = definition.model.type === undefined && 'continuing_subword_prefix' in definition.model;
  return isOldBert ? { ...definition, model: { ...definition.model, type: 'WordPiece' } } : definition;
}

async function readVocabulary(file: string, published: unknown): Promise<TokenizerDefinition> {
  const lineOfToken = new Map<string, number>();
  for await (const { number, text } of readLines(file)) {
    const earlier = lineOfToken.get(text);
    if (text === '') throw new Error(`${file}:${number}: an empty line; every line of a vocabulary is a token, and its number is the id`);
    if (earlier !== undefined) throw new Error(`${file}:${number}: token ${quoted(text)} already stands on line ${earlier}`);
    lineOfToken.set(text, number);
  }
  const settings = { ...(published as Readonly<Record<string, unknown>> | undefined) };
  const flag = <T>(name: string, fallback: T): boolean | T => {
    const value = settings[name] ?? fallback;
    if (value !== fallback && typeof value !== 'boolean') throw new Error(`tokenizer_config.json beside it: ${name} must be true or false`);
    return value as boolean | T;
  };
  try {
    return wordPieceDefinition([...lineOfToken.keys()], {
      lowercase: flag('do_lower_case', true),
      stripAccents: flag('strip_accents', null),
      splitChinese: flag('tokenize_chinese_chars', true),
    });
  } catch (error) {
    throw new Error(`${file}: ${printable(error instanceof Error ? error.message : String(error), 300)}`, { cause: error });
  }
}
