// Checks a metric against metrics/<name>.json: plain JSON in, numbers out, in float64.
import { z } from 'zod';
import { corpusBleu, sentenceBleu } from '../../src/evaluate/bleu.ts';
import { calibration } from '../../src/evaluate/calibration.ts';
import { corpusChrf } from '../../src/evaluate/chrf.ts';
import { linearCka } from '../../src/evaluate/cka.ts';
import { classificationScores } from '../../src/evaluate/classification.ts';
import { pearson, spearman } from '../../src/evaluate/correlation.ts';
import { wordErrorRate } from '../../src/evaluate/edit-rate.ts';
import { fidelity } from '../../src/evaluate/fidelity.ts';
import { distilbertReleasedMap, everyOtherMap, lastMap, skipMap, uniformMap } from '../../src/models/layer-map.ts';
import { nearestTo } from '../../src/strategies/translation-choice.ts';
import { keptByMagnitude } from '../../src/train/magnitude-prune.ts';
import { tokens13a } from '../../src/text/tokens-13a.ts';
import { bounds, Comparison, type FixtureResult } from './comparison.ts';
import { readFixture } from './fixture-file.ts';

const number = z.number().nullable();
const values = z.union([number, z.array(number)]);
/** Numbers; by name, where a metric has parts; words, which must be equal. */
const lists = z.array(z.union([z.array(z.number()), z.array(z.array(z.number()))]));
const scoreSchema = z.union([values, z.record(z.string(), values), z.array(z.array(z.string())), lists.transform((nested) => nested.flat(2))]);
const metricSchema = z.strictObject({
  metric: z.string(),
  cases: z.array(
    z.strictObject({
      case: z.string().optional(),
      note: z.string().optional(),
      inputs: z.unknown(),
      expected: z.record(z.string(), scoreSchema),
    }),
  ),
});

type Listed = number | null | readonly (number | null | readonly string[])[];
type Score = Listed | Readonly<Record<string, Listed>>;
type Scores = Readonly<Record<string, Score>>;

const classes = z.array(z.int());
const classificationInputs = z.strictObject({ labels: classes, predictions: classes, classes: z.int().positive() });
const matrix = z.array(z.array(z.number()));
const fidelityInputs = z.strictObject({ student_logits: matrix, teacher_logits: matrix });
const calibrationInputs = z.strictObject({ probabilities: matrix, labels: classes, bins: z.int().positive() });
const pairs = z.strictObject({ x: z.array(z.number()), y: z.array(z.number()) });
const ckaInputs = z.strictObject({ x: matrix, y: matrix });
const translations = z.strictObject({ hypotheses: z.array(z.string()), references: z.array(z.array(z.string())) });
const singly = z.strictObject({ hypotheses: z.array(z.string()), references: z.array(z.string()) });
const pruneInputs = z.strictObject({ weights: lists, fraction: z.number() });
const candidates = z.strictObject({ candidates: z.array(z.string()), reference: z.string() });

const layerMaps = {
  uniform: uniformMap,
  'pkd-skip': skipMap,
  'pkd-last': lastMap,
  'every-other': everyOtherMap,
  'distilbert-released': (studentLayers: number, teacherLayers: number) => {
    if (studentLayers !== 6 || teacherLayers !== 12) throw new Error('the released map is one of 12 layers to 6');
    return distilbertReleasedMap;
  },
} as const;
const kinds = Object.keys(layerMaps) as (keyof typeof layerMaps)[];
const layerMapInputs = z.strictObject({ teacher_layers: z.int(), student_layers: z.int(), kind: z.enum(kinds) });

/** By metric: from a case's inputs to its numbers under the names of the fixtures. */
export const metricRunners: Readonly<Record<string, (inputs: unknown) => Scores>> = {
  classification: (inputs) => {
    const { accuracy, f1, macroF1, matthews } = classificationScores(classificationInputs.parse(inputs));
    return { accuracy, f1_binary: f1, f1_macro: macroF1, mcc: matthews };
  },
  fidelity: (inputs) => {
    const { student_logits: student, teacher_logits: teacher } = fidelityInputs.parse(inputs);
    const width = widthOf([...student, ...teacher]);
    const { agreement, klNats } = fidelity({ student: student.flat(), teacher: teacher.flat(), classes: width });
    return { top1_agreement: agreement, predictive_kl: klNats };
  },
  calibration: (inputs) => {
    const { probabilities, labels, bins } = calibrationInputs.parse(inputs);
    return { ece: calibration({ probabilities: probabilities.flat(), labels, classes: widthOf(probabilities), bins }).ece };
  },
  cka: (inputs) => {
    const { x, y } = ckaInputs.parse(inputs);
    widthOf(x);
    widthOf(y);
    return { linear_cka: linearCka({ student: x.flat(), teacher: y.flat(), examples: x.length }) };
  },
  correlation: (inputs) => {
    const { x, y } = pairs.parse(inputs);
    return { pearson: pearson(x, y), spearman: spearman(x, y) };
  },
  bleu: (inputs) => {
    const { hypotheses, references } = translations.parse(inputs);
    const { score, brevityPenalty: bp, precisions, matches: counts, totals, hypothesisLength, referenceLength } = corpusBleu(hypotheses, references);
    return {
      corpus: { score, bp, precisions, counts, totals, hyp_len: hypothesisLength, ref_len: referenceLength },
      sentence: hypotheses.map((hypothesis, row) => sentenceBleu(hypothesis, references[row]!)),
      tokens: hypotheses.map(tokens13a),
    };
  },
  chrf: (inputs) => {
    const { hypotheses, references } = translations.parse(inputs);
    return { chrf2: corpusChrf(hypotheses, references) };
  },
  'seq-inter': (inputs) => {
    const { candidates: texts, reference } = candidates.parse(inputs);
    const { scores, best: selected } = nearestTo(reference, texts, 'bleu');
    return { scores, selected };
  },
  wer: (inputs) => {
    const { hypotheses, references } = singly.parse(inputs);
    return { wer: wordErrorRate(hypotheses, references) };
  },
  'magnitude-prune': (inputs) => {
    const { weights, fraction } = pruneInputs.parse(inputs);
    return { masks: keptByMagnitude(weights.map((list) => list.flat()), fraction).flatMap((mask) => [...mask]) };
  },
  'layer-maps': (inputs) => {
    const { teacher_layers: teacherLayers, student_layers: studentLayers, kind } = layerMapInputs.parse(inputs);
    return { map: layerMaps[kind](studentLayers, teacherLayers) };
  },
};

export async function checkMetric(file: string): Promise<FixtureResult> {
  const { metric, cases } = await readFixture(file, metricSchema);
  const run = metricRunners[metric];
  if (run === undefined) throw new Error(`${file}: no metric is called '${metric}'`);
  const comparison = new Comparison();
  for (const [index, { case: name = `case ${index + 1}`, inputs, expected }] of cases.entries()) {
    await comparison.inCase(name, () => {
      const scores = run(inputs);
      comparison.names('expected', Object.keys(expected), Object.keys(scores));
      for (const [score, value] of Object.entries(scores)) compareScore(comparison, score, value, expected[score] ?? null);
    });
  }
  return comparison.result;
}

/** A score that has parts is compared part by part; words must be equal. */
function compareScore(comparison: Comparison, score: string, value: Score, expected: Score): void {
  const parts = partsOf(score, value);
  const expectedParts = partsOf(score, expected);
  comparison.names(score, parts.keys(), expectedParts.keys());
  for (const [part, own] of parts) {
    const theirs = expectedParts.get(part) ?? [];
    if (isWords(own) || isWords(theirs)) comparison.equal(part, own, theirs);
    else comparison.close(part, own as number[], theirs as number[], bounds.metric);
  }
}

const isWords = (list: readonly unknown[]): boolean => Array.isArray(list[0]);

function partsOf(score: string, value: Score): ReadonlyMap<string, readonly (number | readonly string[])[]> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return new Map([[score, listOf(value as Listed)]]);
  return new Map(Object.entries(value).map(([part, numbers]) => [`${score}.${part}`, listOf(numbers as Listed)]));
}

/** The length that all rows have. */
function widthOf([first = [], ...rows]: readonly (readonly number[])[]): number {
  if (rows.some((row) => row.length !== first.length)) throw new Error('the rows of a matrix differ in length');
  return first.length;
}

/** null stands for NaN: a score that is not defined. */
function listOf(value: Listed): (number | readonly string[])[] {
  return (typeof value === 'object' && value !== null ? [...value] : [value]).map((entry) => entry ?? NaN);
}
