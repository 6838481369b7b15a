/**
 * One translator of a run, from lesson to judged folder: trained (or reused, or resumed), the weights kept that translate dev best, saved for
 * Python, and its translations of the test sentences by every search asked for.
 */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { translationLikelihood } from '../evaluate/translation-likelihood.ts';
import { modeMass } from '../evaluate/sequence-signatures.ts';
import { translationScores } from '../evaluate/translation-scores.ts';
import { translationSpeed } from '../evaluate/translation-speed.ts';
import { loadSeq2Seq } from '../models/seq2seq/load.ts';
import type { Seq2Seq } from '../models/seq2seq/model.ts';
import { saveSeq2Seq } from '../models/seq2seq/save.ts';
import { described, type Objective } from '../objectives/objective.ts';
import { modelTranslator } from '../teacher/model-translator.ts';
import type { Teacher } from '../teacher/teacher.ts';
import { translateTexts } from '../teacher/translate-texts.ts';
import type { SearchOptions } from '../decode/search.ts';
import type { Corpus } from '../text/corpus.ts';
import type { EncodedCorpus } from '../text/encoded-corpus.ts';
import { encodePairs, type EncodePairsOptions } from '../text/encoded-pairs.ts';
import { saveTranslationTokenizers } from '../text/open-translation-tokenizers.ts';
import type { TranslationTokenizers } from '../text/translation-tokenizers.ts';
import type { TrainSettings } from '../train/train.ts';
import type { Run } from './run.ts';
import { trainStage } from './training-stage.ts';

/** Parallel text that translators are judged by. */
export interface TranslationTests {
  readonly tokenizers: TranslationTokenizers;
  /** Whose best greedy BLEU picks the weights. */
  readonly dev: Corpus;
  readonly test: Corpus;
  readonly encoding: EncodePairsOptions;
  /** By name, the first greedy: its probabilities are what `modeMass` is of. */
  readonly searches: readonly { readonly name: string; readonly search: Partial<SearchOptions> }[];
}

export interface TranslatorLesson {
  /** What it starts as: determines it, together with `start`. */
  readonly origin: unknown;
  readonly start: () => Promise<Seq2Seq>;
  readonly objective: Objective;
  readonly teacher?: Teacher;
  /** Pairs. */
  readonly corpus: EncodedCorpus;
  readonly settings: TrainSettings;
  /** For the model card. */
  readonly story: string;
}

interface Judgement {
  readonly parameters: number;
  readonly bytes: number;
  /** Of a test sentence, greedy, many together. */
  readonly latencyMs: number;
  readonly trainMs: number;
  readonly goldPerplexity: number;
  readonly modeMass: number;
  /** Of the test sentences, by the name of the search. */
  readonly translations: Readonly<Record<string, readonly string[]>>;
}

export interface JudgedTranslator extends Judgement {
  readonly name: string;
  /** The Hugging Face folder. */
  readonly model: string;
  readonly reused: boolean;
}

/** Sentences whose translation is timed. */
const timed = 200;

/** @param name also the label of its events. */
export async function trainTranslator(run: Run, name: string, lesson: TranslatorLesson, tests: TranslationTests): Promise<JudgedTranslator> {
  const { corpus, settings, objective, teacher, origin } = lesson;
  const { dev, test, searches, encoding } = tests;
  const inputs = {
    origin, settings, objective: described(objective), teacher: teacher?.name ?? null, corpora: [corpus.corpus, dev.fingerprint, test.fingerprint],
    tokenizer: [corpus.tokenizer, corpus.targets?.tokenizer ?? null], maxTokens: [corpus.maxTokens, corpus.targets?.maxTokens ?? null], encoding, searches,
  };
  const { result, folder, reused } = await trainStage(run, name, {
    inputs, start: () => lesson.start(),
    lesson: (student) => Promise.resolve({ objective, corpus, settings, score: devBleu(student, tests, run.signal), ...(teacher && { teacher }) }),
    finish: (student, stage) => judged(student, { stage, name, story: lesson.story, tests, signal: run.signal }),
  });
  return { name, model: join(folder, 'model'), reused, ...result };
}

/** The saved model, for whoever wants to use it further. */
export async function openTranslator({ model }: Pick<JudgedTranslator, 'model'>): Promise<Seq2Seq> {
  return (await loadSeq2Seq(model)).model;
}

function devBleu(student: Seq2Seq, { dev, tokenizers, searches }: TranslationTests, signal: AbortSignal) {
  const [greedy] = searches;
  const references = dev.examples.map(({ pair }) => pair ?? '');
  return {
    metric: 'bleu',
    measure: async () => {
      const translator = await modelTranslator(student, { tokenizers, search: greedy?.search ?? {} });
      const texts = (await translateTexts(translator, dev.examples.map(({ text }) => text), { signal })).map(({ text }) => text);
      return { bleu: translationScores(texts, references).bleu.score };
    },
  };
}

async function judged(student: Seq2Seq, { stage, name, story, tests, signal }: { stage: string; name: string; story: string; tests: TranslationTests; signal: AbortSignal }): Promise<Omit<Judgement, 'trainMs'>> {
  const { tokenizers, test, searches, encoding } = tests;
  const sources = test.examples.map(({ text }) => text);
  const found: Record<string, string[]> = {};
  let masses: number[] | undefined;
  let latencyMs = NaN;
  for (const { name: searchName, search } of searches) {
    const translator = await modelTranslator(student, { tokenizers, search });
    const own = await translateTexts(translator, sources, { signal });
    found[searchName] = own.map(({ text }) => text);
    if (masses !== undefined) continue;
    masses = own.map(({ logProb }) => logProb);
    latencyMs = 1000 / (await translationSpeed(translator, sources.slice(0, timed), { passes: 1 })).sentencesPerSecond;
  }
  const { perplexity: goldPerplexity } = await translationLikelihood(student, await encodePairs(test, tokenizers, encoding));
  const folder = join(stage, 'model');
  const bleu = Object.entries(found).map(([searchName, texts]) => [`BLEU on the test split, ${searchName}`, translationScores(texts, test.examples.map(({ pair }) => pair ?? '')).bleu.score.toFixed(1)] as const);
  const [example] = sources;
  const { positions } = student.config;
  await saveSeq2Seq(folder, student, { tokenizer: (into) => saveTranslationTokenizers(tokenizers, into, positions === undefined ? {} : { maxTokens: positions }), card: { name, story: [story], scores: bleu, ...(example !== undefined && { example }) } });
  return { parameters: student.parameters.count, bytes: (await stat(join(folder, 'model.safetensors'))).size, latencyMs, goldPerplexity, modeMass: modeMass(masses ?? []), translations: found };
}
