/**
 * Runs of translators as evidence (evidence-book.ts): what identifies one, how it is trained, resumable like any stage, and what its record says:
 * BLEU by every search, with the counts of each sentence, and the signatures of sequence-level distillation.
 */
import { translationScores } from '../evaluate/translation-scores.ts';
import type { Seq2Seq } from '../models/seq2seq/model.ts';
import { described } from '../objectives/objective.ts';
import { packBleu } from '../report/evidence-bleu.ts';
import type { Evidence, EvidenceTest } from '../report/evidence-file.ts';
import { fingerprint } from '../storage/hash.ts';
import { modelFingerprint } from '../teacher/labeller.ts';
import type { Teacher } from '../teacher/teacher.ts';
import type { EncodedCorpus } from '../text/encoded-corpus.ts';
import { type BookOptions, type FirstSteps, hearRun, identityOf, keyOf, openBook, rounded, runName, surroundings } from './evidence-book.ts';
import { type JudgedTranslator, openTranslator, trainTranslator, type TranslationTests, type TranslatorLesson } from './judged-translator.ts';
import { originText } from './lineage.ts';
import type { Run } from './run.ts';

export interface TranslationEvidenceOptions extends BookOptions {
  readonly tests: TranslationTests;
}

export interface TranslatorArm extends Omit<TranslatorLesson, 'corpus' | 'teacher'> {
  readonly student: string;
  readonly arm: string;
  /** What it learns from, made where it is trained; `learns` determines it, together with the teacher. */
  readonly corpus: () => Promise<EncodedCorpus>;
  readonly learns: unknown;
  /** Who taught it; absent of a teacher and of who learns alone. */
  readonly by?: RecordedTranslator;
  /** The voice that it hears while it is trained; absent: none. */
  readonly teacher?: () => Promise<Teacher>;
}

export interface RecordedTranslator {
  readonly identity: string;
  /** The trained model; trained again where only its record is here. The caller disposes it. */
  readonly open: () => Promise<Seq2Seq>;
}

export interface TranslationBook {
  record(arm: TranslatorArm): Promise<RecordedTranslator>;
  /** Prints the table of all that is recorded. @throws where the run to be checked was not among the arms. */
  close(): Promise<void>;
}

export function openTranslationEvidence(run: Run, options: TranslationEvidenceOptions): TranslationBook {
  const { tests, recipe } = options;
  const { tokenizers: { source, target }, dev, test, encoding, searches } = tests;
  const book = openBook(run, options);
  return {
    record: async (arm) => {
      const identity = identityOf(recipe, arm, {
        origin: arm.origin, objective: described(arm.objective), learns: arm.learns, by: arm.by?.identity ?? null, taught: arm.teacher !== undefined,
        tokenizers: [source.fingerprint, target.fingerprint], tests: [dev.fingerprint, test.fingerprint], encoding, searches,
      });
      const steps = hearRun(run, arm);
      let [made, judged]: [Promise<TranslatorLesson> | undefined, Promise<JudgedTranslator> | undefined] = [undefined, undefined];
      const lesson = () => (made ??= lessonOf(arm));
      const train = () => (judged ??= lesson().then((own) => trainTranslator({ ...run, emit: steps.emit }, runName(arm), own, tests)));
      const evidence = async (first: FirstSteps) => evidenceFrom(first, { arm, identity, options, lesson, train });
      await book.record({ ...arm, identity, lesson, evidence }, steps);
      return { identity, open: async () => openTranslator(await train()) };
    },
    close: () => book.close(),
  };
}

/** Every step is logged, so that the first losses are told one by one. */
async function lessonOf({ origin, start, objective, settings, story, corpus, teacher }: TranslatorArm): Promise<TranslatorLesson> {
  return { origin, start, objective, story, settings: { ...settings, logEvery: 1 }, corpus: await corpus(), ...(teacher && { teacher: await teacher() }) };
}

interface Finding {
  readonly arm: TranslatorArm;
  readonly identity: string;
  readonly options: TranslationEvidenceOptions;
  readonly lesson: () => Promise<TranslatorLesson>;
  readonly train: () => Promise<JudgedTranslator>;
}

async function evidenceFrom(first: FirstSteps, { arm, identity, options: { recipe, tests }, lesson, train }: Finding): Promise<Evidence> {
  const { losses, minutes } = await first(train);
  const { parameters, bytes, latencyMs, goldPerplexity, modeMass, translations } = await train();
  const { corpus, settings: { steps, rows, learningRate } } = await lesson();
  const scored = tests.searches.map(({ name }) => testEvidence(name, translations[name] ?? [], tests));
  return {
    format: 'retort-evidence-1', recipe, ...keyOf(arm), identity,
    startsAs: originText(arm.origin), objective: described(arm.objective), rows: corpus.exampleIds.length, labelledRows: corpus.exampleIds.length,
    maxTokens: corpus.maxTokens, steps, rowsPerStep: rows, learningRate,
    hashes: { corpus: corpus.corpus, tokenizer: fingerprint([tests.tokenizers.source.fingerprint, tests.tokenizers.target.fingerprint]), teacher: arm.by === undefined ? null : await hashOf(arm.by), model: await hashOf({ open: async () => openTranslator(await train()) }) },
    ...surroundings(),
    parameters, bytes, latencyMs: rounded(latencyMs), minutes: rounded(minutes), losses,
    translation: { signature: scored[0]?.signature ?? '', goldPerplexity, modeMass },
    tests: scored.map(({ test }) => test),
  };
}

async function hashOf({ open }: Pick<RecordedTranslator, 'open'>): Promise<string> {
  const model = await open();
  try {
    return await modelFingerprint(model);
  } finally {
    model.dispose();
  }
}

function testEvidence(name: string, translations: readonly string[], { test }: TranslationTests): { test: EvidenceTest; signature: string } {
  const references = test.examples.map(({ pair }) => pair ?? '');
  const { bleu, chrf, signatures } = translationScores(translations, references);
  return {
    signature: signatures.bleu,
    test: { name, sha256: test.fingerprint, examples: references.length, metric: 'bleu', scores: { bleu: bleu.score, chrf }, chance: 0, bleuCounts: packBleu(translations, references) },
  };
}
