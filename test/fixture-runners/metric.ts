// Checks a metric against metrics/<name>.json: plain JSON in, numbers out, in float64.
import { z } from 'zod';
import { calibration } from '../../src/evaluate/calibration.ts';
import { linearCka } from '../../src/evaluate/cka.ts';
import { classificationScores } from '../../src/evaluate/classification.ts';
import { pearson, spearman } from '../../src/evaluate/correlation.ts';
import { fidelity } from '../../src/evaluate/fidelity.ts';
import { distilbertReleasedMap, everyOtherMap, lastMap, skipMap, uniformMap } from '../../src/models/layer-map.ts';
import { bounds, Comparison, type FixtureResult } from './comparison.ts';
import { readFixture } from './fixture-file.ts';

const number = z.number().nullable();
const metricSchema = z.strictObject({
  metric: z.string(),
  cases: z.array(
    z.strictObject({
      case: z.string().optional(),
      note: z.string().optional(),
      inputs: z.unknown(),
      expected: z.record(z.string(), z.union([number, z.array(number)])),
    }),
  ),
});

type Scores = Readonly<Record<string, number | readonly number[]>>;

const classes = z.array(z.int());
const classificationInputs = z.strictObject({ labels: classes, predictions: classes, classes: z.int().positive() });
const matrix = z.array(z.array(z.number()));
const fidelityInputs = z.strictObject({ student_logits: matrix, teacher_logits: matrix });
const calibrationInputs = z.strictObject({ probabilities: matrix, labels: classes, bins: z.int().positive() });
const pairs = z.strictObject({ x: z.array(z.number()), y: z.array(z.number()) });
const ckaInputs = z.strictObject({ x: matrix, y: matrix });

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
      for (const [score, value] of Object.entries(scores)) comparison.close(score, listOf(value), listOf(expected[score] ?? null), bounds.metric);
    });
  }
  return comparison.result;
}

/** The length that all rows have. */
function widthOf([first = [], ...rows]: readonly (readonly number[])[]): number {
  if (rows.some((row) => row.length !== first.length)) throw new Error('the rows of a matrix differ in length');
  return first.length;
}

/** null stands for NaN: a score that is not defined. */
function listOf(value: number | null | readonly (number | null)[]): number[] {
  return (typeof value === 'object' && value !== null ? [...value] : [value]).map((entry) => entry ?? NaN);
}
