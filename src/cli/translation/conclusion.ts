/**
 * The end of a run with translators: the table a person reads, evaluation.json a machine reads, and report.html.
 */
import { cp } from 'node:fs/promises';
import type { ComparisonRow } from '../../report/comparison.ts';
import type { LayerRow, Note } from '../../report/html.ts';
import type { TranslationSample } from '../../report/translations.ts';
import { writeFolderAtomically } from '../../storage/atomic.ts';
import type { PairedBootstrap } from '../../evaluate/paired-bootstrap.ts';
import type { Corpus } from '../../text/corpus.ts';
import { type EvaluatedModel, writeEvaluation } from '../evaluation-file.ts';
import { onnxCheckText } from '../onnx-check-text.ts';
import type { Run } from '../run.ts';
import { writeRunReport } from '../run-report.ts';
import type { Judgement } from './judgement.ts';
import { checkTranslatorOnnx } from './onnx-check.ts';
import { type Figure, type ScoredSystem, type ScoredSystems, scoreSystems, systemOf, systemsText } from './score-rows.ts';

export interface JudgedTranslator {
  readonly name: string;
  readonly role: EvaluatedModel['role'];
  /** Its folder. */
  readonly model: string;
  readonly judgement: Judgement;
  readonly lineage?: NonNullable<EvaluatedModel['lineage']>;
  readonly trainMs?: number;
}

export interface TranslationConclusion {
  readonly title: string;
  readonly subtitle: string;
  readonly test: Corpus;
  /** The first is what the run is about. */
  readonly models: readonly [JudgedTranslator, ...JudgedTranslator[]];
  /** Where the first model is kept for use. */
  readonly kept: string;
  /** How many tokens a translation could have, where that was not the first model's own limit. */
  readonly maxNewTokens?: number;
  /** Whether it is the run's student. */
  readonly student?: boolean;
  readonly layerMap?: readonly LayerRow[];
  readonly notes?: readonly Note[];
}

const others = [{ name: 'BLEU, greedy', unit: 'points' }, { name: 'chrF', unit: 'points' }, { name: 'perplexity', unit: 'loss' }, { name: 'sentences/s', unit: 'points' }] as const;

/** Sentences of the report. */
const shownSamples = 12;

/** Sentences that go through transformers.js: enough to tell a broken file from a whole one. */
const checkedSentences = 48;

export async function concludeTranslation(run: Run, { title, subtitle, test, models, kept, maxNewTokens, student = false, layerMap = [], notes = [] }: TranslationConclusion): Promise<ScoredSystems> {
  const references = test.examples.map(({ pair = '' }) => pair);
  const [first, ...rest] = models;
  const scored = scoreSystems([systemOf(first.name, first.judgement), ...rest.map(({ name, judgement }) => systemOf(name, judgement))], references);
  await writeFolderAtomically(kept, (temporary) => cp(first.model, temporary, { recursive: true }));
  const stored = { texts: test.examples.slice(0, checkedSentences).map(({ text }) => text), translations: first.judgement.greedy.translations.slice(0, checkedSentences), maxTokens: first.lineage?.maxTokens ?? Infinity, ...(maxNewTokens !== undefined && { maxNewTokens }) };
  // That transformers.js cannot run it, for want of a tokenizer of its kind say, costs no one the report of a training that is done.
  const check = await checkTranslatorOnnx(kept, stored).catch((error: unknown) => `transformers.js does not run it: ${error instanceof Error ? error.message : String(error)}`);
  const trainMs = models.reduce((sum, model) => sum + (model.trainMs ?? 0), 0);
  const { signatures } = scored.systems[0]!;
  await writeEvaluation(run.folder, {
    title, subtitle,
    startedAt: run.startedAt.toISOString(),
    milliseconds: Math.max(Date.now() - run.startedAt.getTime(), trainMs),
    metric: { name: 'BLEU', unit: 'points' }, others,
    rows: scored.systems.map((system, row) => rowOf(system, models[row]!)),
    differences: scored.differences.map(({ better, than, bleu }) => ({ better, than, score: spreadOf(bleu) })),
    models: models.map(({ name, role, model, lineage }) => ({ contender: name, role, name, model, ...(lineage && { lineage }) })),
    ...(student && { student: first.name }),
    ...(typeof check === 'object' && { transformersJs: check }),
    resampling: { sentences: references.length, draws: scored.resamples },
    translations: samplesOf(models, test),
    reliability: [], disagreements: [], layerMap,
    notes: [...notes, ...(typeof check === 'string' ? [{ title: 'Its ONNX was not checked', text: check }] : []), { title: 'How it was scored', text: `BLEU|${signatures.bleu}\n\nchrF2|${signatures.chrf}` }],
  });
  run.say(`\n${systemsText(scored, references.length)}\n\non ${references.length} sentences of ${test.name} (${test.split})\nmodel   ${kept}`);
  run.say(typeof check === 'string' ? `its ONNX was not checked: ${check}` : `transformers.js runs its ONNX: ${onnxCheckText(check, 'test examples')}`);
  run.say(`report  ${await writeRunReport(run.folder)}`);
  return scored;
}

function rowOf({ name, bleu, chrf, greedyBleu, perplexity, parameters, bytes, speed }: ScoredSystem, { role }: JudgedTranslator): ComparisonRow {
  const fast = speed?.beam ?? speed?.greedy;
  return {
    name, role, score: figureOf(bleu),
    ...(parameters !== undefined && { parameters }), ...(bytes !== undefined && { bytes }),
    others: { ...(greedyBleu !== undefined && { 'BLEU, greedy': greedyBleu }), chrF: figureOf(chrf), ...(perplexity !== undefined && { perplexity }), ...(fast && { 'sentences/s': fast.sentencesPerSecond }) },
    ...(fast && { notes: fast.beams === 1 ? 'greedy search' : `${fast.beams} beams` }),
  };
}

const figureOf = ({ score, interval }: Figure) => ({ count: 1, mean: score, min: score, max: score, interval: [...interval] as [number, number] });
const spreadOf = ({ difference, interval }: PairedBootstrap) => figureOf({ score: difference, interval });

/** Spread evenly over the test split. */
function samplesOf([first, second]: TranslationConclusion['models'], { examples }: Corpus): TranslationSample[] {
  const count = Math.min(shownSamples, examples.length);
  const said = ({ judgement }: JudgedTranslator, row: number) => (judgement.beam ?? judgement.greedy).translations[row] ?? '';
  return Array.from({ length: count }, (_, sample) => {
    const row = Math.floor((sample * examples.length) / count);
    const { text = '', pair = '' } = examples[row] ?? {};
    return { source: text, reference: pair, student: said(first, row), ...(second && { teacher: said(second, row) }) };
  });
}
