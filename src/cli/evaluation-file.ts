/**
 * `evaluation.json`: what a comparison came to, for machines and for whoever draws the report again. The shapes of its parts are those
 * the report draws (report/), so that a page made later is the page that was made at once.
 */
import { join } from 'node:path';
import { z } from 'zod';
import type { ComparisonRow, Difference, Resampling } from '../report/comparison.ts';
import type { Disagreement } from '../report/disagreements.ts';
import type { LayerRow, Note } from '../report/html.ts';
import type { Likeness } from '../report/likeness.ts';
import type { Metric } from '../report/metric.ts';
import type { Reliability } from '../report/reliability.ts';
import type { TranslationSample } from '../report/translations.ts';
import { readJson, writeJson } from '../storage/json.ts';
import { shapeFault } from '../storage/shape-fault.ts';
import { type ModelLineage, modelLineageSchema } from './lineage.ts';
import type { OnnxCheck } from './onnx-check-text.ts';

export interface EvaluatedModel {
  readonly contender: string;
  readonly role: 'student' | 'teacher' | 'baseline';
  readonly name: string;
  /** Its folder. */
  readonly model: string;
  readonly lineage?: ModelLineage;
}

export interface Evaluation {
  readonly title: string;
  readonly subtitle: string;
  /** When the run began that this is the end of, as run.json has it; another value there means that it was begun again. */
  readonly startedAt: string;
  readonly milliseconds: number;
  /** What `score` of the rows is, and what their `others` are. */
  readonly metric: Metric;
  readonly others: readonly Metric[];
  readonly rows: readonly ComparisonRow[];
  readonly differences: readonly Difference[];
  readonly models: readonly EvaluatedModel[];
  /** The model whose folder is `student/`. */
  readonly student?: string;
  readonly transformersJs?: OnnxCheck;
  readonly likeness?: Likeness;
  readonly reliability: readonly Reliability[];
  readonly disagreements: readonly Disagreement[];
  /** Of translators: what the intervals are of, and some translations. */
  readonly resampling?: Resampling;
  readonly translations?: readonly TranslationSample[];
  readonly layerMap: readonly LayerRow[];
  readonly notes: readonly Note[];
}

/** JSON has no NaN and no infinity: both are written as null. */
const number = z.number().nullable().transform((value) => value ?? NaN);
const spread = z.object({ count: z.int(), mean: number, min: number, max: number, deviation: number.exactOptional(), interval: z.tuple([number, number]).exactOptional() });
const score = z.union([spread, number]);
const role = z.enum(['student', 'teacher', 'baseline']);
const bin = { low: z.number(), high: z.number(), count: z.number() };
const row = z.object({
  name: z.string(), role: role.exactOptional(), parameters: z.number().exactOptional(), bytes: z.number().exactOptional(),
  score: score.exactOptional(), others: z.record(z.string(), score).exactOptional(), ece: score.exactOptional(),
  agreement: score.exactOptional(), klNats: score.exactOptional(), teacherPearson: score.exactOptional(), meanDifference: score.exactOptional(),
  latencyMs: number.exactOptional(), notes: z.string().exactOptional(),
});
const layer = z.union([z.string(), z.number()]);
const metric = z.object({ name: z.string(), unit: z.enum(['ratio', 'points', 'correlation', 'loss']) });
const both = { student: z.string(), teacher: z.string() };
const agreement = z.array(z.object({ ...bin, ratio: number }));
const likeness = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('single-label'), ...both, classes: z.array(z.string()), answers: z.array(z.array(z.number())), agreement }),
  z.object({ kind: z.literal('multi-label'), ...both, examples: z.number(), same: z.number(), classes: z.array(z.object({ name: z.string(), both: z.number(), teacherOnly: z.number(), studentOnly: z.number() })), agreement }),
  z.object({ kind: z.literal('regression'), ...both, examples: z.number(), pearson: number, meanDifference: number, points: z.array(z.object({ x: number, y: number })) }),
]);

const evaluationSchema = z.object({
  title: z.string(),
  subtitle: z.string(),
  startedAt: z.iso.datetime(),
  milliseconds: z.number(),
  metric,
  others: z.array(metric),
  rows: z.array(row),
  differences: z.array(z.object({ better: z.string(), than: z.string(), score: spread })),
  models: z.array(z.looseObject({ contender: z.string(), role, name: z.string(), model: z.string(), lineage: modelLineageSchema.exactOptional() })),
  student: z.string().exactOptional(),
  transformersJs: z.looseObject({ examples: z.number(), tooLong: z.number().exactOptional(), largestDifference: number.exactOptional(), agreement: number.exactOptional() }).exactOptional(),
  likeness: likeness.exactOptional(),
  reliability: z.array(z.object({ name: z.string(), role: role.exactOptional(), ece: score, bins: z.array(z.object({ ...bin, confidence: number, accuracy: number })) })),
  disagreements: z.array(z.object({
    text: z.string(), label: z.string().exactOptional(), student: z.string(), teacher: z.string(), studentProbability: number.exactOptional(), teacherProbability: number.exactOptional(), scores: z.literal(true).exactOptional(),
  })),
  resampling: z.object({ sentences: z.number(), draws: z.number() }).exactOptional(),
  translations: z.array(z.object({ source: z.string(), reference: z.string(), student: z.string(), teacher: z.string().exactOptional() })).exactOptional(),
  layerMap: z.array(z.object({ student: layer, teacher: layer, weight: z.number().exactOptional() })),
  notes: z.array(z.object({ title: z.string(), text: z.string() })),
}) satisfies z.ZodType<Evaluation>;

const fileOf = (folder: string): string => join(folder, 'evaluation.json');

export async function writeEvaluation(folder: string, evaluation: Evaluation): Promise<void> {
  await writeJson(fileOf(folder), evaluation);
}

/** Undefined where there is none. @throws naming the field that is not as it should be. */
export async function readEvaluation(folder: string): Promise<Evaluation | undefined> {
  const file = fileOf(folder);
  const value = await readJson(file).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (value === undefined) return undefined;
  const read = evaluationSchema.safeParse(value);
  if (read.success) return read.data;
  throw new Error(`${file}: not what this version of retort writes (${shapeFault(read.error)}); run the same command again`);
}
