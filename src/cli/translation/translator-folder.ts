/**
 * A translator as a command is given it: the Hugging Face folder of an encoder-decoder with its tokenizers, and as a teacher that writes.
 */
import { isSeq2SeqFamily } from '../../models/seq2seq/families.ts';
import { loadSeq2Seq } from '../../models/seq2seq/load.ts';
import type { Seq2Seq } from '../../models/seq2seq/model.ts';
import { checkpointBytes } from '../../storage/checkpoint.ts';
import { modelTranslator } from '../../teacher/model-translator.ts';
import type { Translator } from '../../teacher/translator.ts';
import { openTranslationTokenizers } from '../../text/open-translation-tokenizers.ts';
import type { TranslationTokenizers } from '../../text/translation-tokenizers.ts';
import { familyIn, requireModel } from '../model-folder.ts';
import type { SearchChoice } from './search-options.ts';

export interface TranslatorFolder {
  readonly folder: string;
  readonly model: Seq2Seq;
  readonly tokenizers: TranslationTokenizers;
  /** One line each, for the person. */
  readonly notices: readonly string[];
  /** Of the weights on disk. */
  readonly bytes: number;
}

/** Whether its config.json is that of an encoder-decoder; false where there is none. */
export async function isTranslator(folder: string): Promise<boolean> {
  const family = await familyIn(folder).catch(() => undefined);
  return family !== undefined && isSeq2SeqFamily(family);
}

/** @throws naming the folder: no model, no translator, weights that do not fit, tokenizers that lack what it needs. */
export async function openTranslatorFolder(folder: string): Promise<TranslatorFolder> {
  await requireModel(folder);
  if (!(await isTranslator(folder))) throw new Error(`${folder}: this model translates nothing (its config.json is of no encoder-decoder); give the folder of a Marian, T5 or BART translator`);
  const tokenizers = await openTranslationTokenizers(folder);
  const { model, notices } = await loadSeq2Seq(folder);
  const { vocabulary } = model.config;
  if (tokenizers.target.vocabularySize > vocabulary) throw new Error(`${folder}: the tokenizer has ids up to ${tokenizers.target.vocabularySize - 1}, the model embeddings for ${vocabulary}; they do not belong together`);
  return { folder, model, tokenizers, notices, bytes: await checkpointBytes(folder) };
}

/** Its own search with the changes a person asked for. @throws where the model has not as many positions as are asked for, or greedy search shall find several. */
export async function translatorOf({ folder, model, tokenizers }: Pick<TranslatorFolder, 'folder' | 'model' | 'tokenizers'>, { beams, nBest, maxNewTokens, lengthPenalty, maxTokens }: SearchChoice & { readonly maxTokens?: number | undefined } = {}): Promise<Translator> {
  const { generation, positions = Infinity } = model.config;
  for (const [option, asked] of [['--max-tokens', maxTokens], ['--max-new-tokens', maxNewTokens]] as const) {
    if ((asked ?? 0) > positions) throw new Error(`${option} ${asked}: ${folder} has only ${positions} positions`);
  }
  if ((nBest ?? 1) > (beams ?? generation.beams)) throw new Error(`--n-best ${nBest}: ${beams ?? generation.beams} ${(beams ?? generation.beams) === 1 ? 'beam finds' : 'beams find'} no more; give --beams ${nBest}`);
  const search = { ...(beams !== undefined && { beams }), ...(nBest !== undefined && { nBest }), ...(maxNewTokens !== undefined && { maxNewTokens }), ...(lengthPenalty !== undefined && { lengthPenalty }) };
  return modelTranslator(model, { tokenizers, search, ...(maxTokens !== undefined && { maxTokens }) });
}
