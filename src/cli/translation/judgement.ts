/**
 * A translator before a test set: what it writes greedily and by beams, how fast, and how likely it finds the references.
 */
import { translationLikelihood } from '../../evaluate/translation-likelihood.ts';
import { translateSources } from '../../teacher/translate-sources.ts';
import type { Corpus } from '../../text/corpus.ts';
import { encodePairs } from '../../text/encoded-pairs.ts';
import type { Translator } from '../../teacher/translator.ts';
import type { Console } from '../console.ts';
import { readSources } from './read-sources.ts';
import type { SearchChoice, SearchOptions } from './search-options.ts';
import { type TranslatorFolder, translatorOf } from './translator-folder.ts';

/** What one search wrote. */
export interface Written {
  readonly beams: number;
  /** The best of each source, in the corpus's order. */
  readonly translations: readonly string[];
  /** Over one pass, reading and writing of text left out. */
  readonly sentencesPerSecond: number;
  readonly tokensPerSecond: number;
  /** Translations that were cut off. */
  readonly unfinished: number;
}

export interface Judgement {
  readonly parameters: number;
  readonly bytes: number;
  readonly greedy: Written;
  /** Absent where greedy search is all that was asked for. */
  readonly beam?: Written;
  /** Of the references. */
  readonly perplexity: number;
}

export interface JudgingOptions extends Omit<SearchOptions, 'nBest'> {
  readonly maxTokens?: number;
  readonly console: Pick<Console, 'count' | 'note'>;
  readonly signal: AbortSignal;
}

/** The search by beams that a judgement holds beside greedy search: the one asked for, else the model's own. */
export async function judgeTranslator(name: string, opened: TranslatorFolder, corpus: Corpus, options: JudgingOptions): Promise<Judgement> {
  const { model, tokenizers, folder, bytes } = opened;
  const { maxTokens, maxNewTokens, lengthPenalty, beams = model.config.generation.beams } = options;
  const asked: SearchChoice & { maxTokens?: number } = { ...(maxTokens !== undefined && { maxTokens }), ...(maxNewTokens !== undefined && { maxNewTokens }) };
  const lines = corpus.examples.map(({ id, text }) => ({ id, text, place: `${corpus.name} (${corpus.split}): example ${id}` }));
  const greedy = await translatorOf(opened, { ...asked, beams: 1 });
  const sources = await readSources(greedy, lines, { folder, maxTokens, console: options.console });
  const write = async (translator: Translator, width: number): Promise<Written> => {
    const count = options.console.count(`${name}, ${width === 1 ? 'greedy' : `${width} beams`}`, 'sentences', lines.length);
    const started = performance.now();
    const found = await translateSources(translator, sources, { ids: lines.map(({ id }) => id), batchTokens: options.batchTokens, signal: options.signal, hear: (_rows, _tokens, done) => count(done) });
    const seconds = Math.max(1e-3, (performance.now() - started) / 1000);
    const best = found.flatMap((own) => own.slice(0, 1));
    return {
      beams: width, translations: best.map(({ text }) => text), unfinished: best.filter(({ finished }) => !finished).length,
      sentencesPerSecond: lines.length / seconds, tokensPerSecond: best.reduce((sum, { tokens }) => sum + tokens.length, 0) / seconds,
    };
  };
  const first = await write(greedy, 1);
  const beam = beams === 1 ? undefined : await write(await translatorOf(opened, { ...asked, beams, ...(lengthPenalty !== undefined && { lengthPenalty }) }), beams);
  const pairs = await encodePairs(corpus, tokenizers, { maxSourceTokens: greedy.maxTokens, maxTargetTokens: greedy.maxTokens });
  if ((pairs.targets?.truncated ?? 0) > 0) options.console.note(`${name}: ${pairs.targets?.truncated} references are longer than ${greedy.maxTokens} tokens; their perplexity is that of their beginnings`);
  const { perplexity } = await translationLikelihood(model, pairs);
  return { parameters: model.parameters.count, bytes, greedy: first, ...(beam && { beam }), perplexity };
}
