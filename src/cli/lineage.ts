/**
 * What a model was made from, as it is kept beside its checkpoints (`lineage.json`), told to TensorBoard and drawn in the report:
 * start, corpus with fingerprints, teacher, objective, settings. It is written before the first step, so that an unfinished run has it.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { described, type Objective } from '../objectives/objective.ts';
import type { Lineage, LineageRow } from '../report/lineage.ts';
import { readJson, writeJson } from '../storage/json.ts';
import type { Teacher } from '../teacher/teacher.ts';
import { exampleCount, labelledCount, type TokenisedCorpus } from '../text/tokenised-corpus.ts';
import type { TrainSettings } from '../train/train.ts';
import type { LessonCorpus } from './classifier-corpus.ts';

const materialSchema = z.object({ split: z.string(), corpus: z.string(), rows: z.number(), sha256: z.string() });

export const modelLineageSchema = z.object({
  model: z.string(),
  startsAs: z.string(),
  objective: z.string(),
  teacher: z.string().nullable(),
  labelledRows: z.number(),
  unlabelledRows: z.number(),
  maxTokens: z.number(),
  steps: z.number(),
  rowsPerStep: z.number(),
  learningRate: z.number(),
  seed: z.number(),
  tokenizer: z.string(),
  /** What was read, first the training text. */
  materials: z.array(materialSchema).min(1),
});
export type ModelLineage = z.infer<typeof modelLineageSchema>;

export interface Made {
  readonly origin: unknown;
  readonly objective: Objective;
  readonly teacher?: Teacher;
  readonly corpus: TokenisedCorpus;
  readonly data: LessonCorpus;
  readonly settings: TrainSettings;
}

export async function lineageOf(model: string, { origin, objective, teacher, corpus, data, settings }: Made): Promise<ModelLineage> {
  const rows = exampleCount(corpus);
  const labelledRows = await labelledCount(corpus);
  const { name } = data.train.corpus;
  const isMore = labelledRows < rows && corpus.corpus !== data.train.encoded.corpus;
  const read = { split: isMore ? 'train and transfer text' : 'train', corpus: name, rows, sha256: corpus.corpus };
  const held = (['dev', 'test'] as const).map((split) => ({ split, corpus: data[split].corpus.name, rows: data[split].corpus.examples.length, sha256: data[split].corpus.fingerprint }));
  return {
    model,
    startsAs: originText(origin),
    objective: described(objective),
    teacher: teacher?.name ?? null,
    labelledRows,
    unlabelledRows: rows - labelledRows,
    maxTokens: corpus.maxTokens,
    steps: settings.steps,
    rowsPerStep: settings.rows,
    learningRate: settings.learningRate,
    seed: settings.seed,
    tokenizer: corpus.tokenizer,
    materials: [read, ...held],
  };
}

/** What a lesson says of its student's start, in words; the seed stands in a column of its own. */
export function originText(origin: unknown): string {
  if (typeof origin !== 'object' || origin === null) return String(origin);
  const words = Object.entries(origin).filter(([key, value]) => key !== 'seed' && value !== undefined).map(([key, value]) => `${key.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)} ${valueText(value)}`);
  return `${'size' in origin ? 'fresh, ' : ''}${words.join(', ')}`;
}

function valueText(value: unknown): string {
  if (Array.isArray(value)) return value.map(valueText).join(' ');
  return typeof value === 'string' ? shortHashes(value) : JSON.stringify(value);
}

/** Fingerprints as people compare them: by their beginning. */
const shortHashes = (text: string): string => text.replaceAll(/\b[0-9a-f]{16,64}\b/g, (hash) => hash.slice(0, 12));

const fileName = 'lineage.json';

export async function writeLineage(stage: string, lineage: ModelLineage): Promise<void> {
  await writeJson(join(stage, fileName), lineage);
}

/** Undefined where a stage trained nothing, or its file cannot be read. */
export async function readLineage(stage: string): Promise<ModelLineage | undefined> {
  const found = modelLineageSchema.safeParse(await readJson(join(stage, fileName)).catch(() => undefined));
  return found.success ? found.data : undefined;
}

/** One kind of model for the report: what its seeds have in common once, and their teachers. Undefined without any. */
export function lineageRow(name: string, role: LineageRow['role'], lineages: readonly ModelLineage[]): LineageRow | undefined {
  const [first] = lineages;
  if (first === undefined) return undefined;
  const { startsAs, labelledRows, unlabelledRows, objective, steps, rowsPerStep, learningRate, materials } = first;
  return {
    name,
    ...(role && { role }),
    startsAs,
    training: {
      corpus: materials[0]?.corpus ?? '', labelledRows, unlabelledRows, objective, steps, rowsPerStep, learningRate,
      seeds: [...new Set(lineages.map(({ seed }) => seed))],
    },
    teachers: [...new Set(lineages.flatMap(({ teacher }) => (teacher === null ? [] : [shortHashes(teacher)])))],
  };
}

/** The splits of all models, each once, with who learned from it. */
export function lineageOfAll(models: readonly LineageRow[], lineages: readonly (ModelLineage & { of: string })[]): Lineage {
  const materials = new Map<string, z.infer<typeof materialSchema> & { readBy: string[] }>();
  for (const { of: reader, materials: read } of lineages) {
    for (const [place, material] of read.entries()) {
      const known = materials.get(`${material.split} ${material.sha256}`) ?? { ...material, readBy: [] };
      materials.set(`${material.split} ${material.sha256}`, known);
      if (place === 0 && !known.readBy.includes(reader)) known.readBy.push(reader);
    }
  }
  const [first] = lineages;
  // Training text first, as it was read; dev and test after it.
  const sorted = [...materials.values()].sort((a, b) => Number(a.readBy.length === 0) - Number(b.readBy.length === 0));
  return { models, materials: sorted, ...(first && { tokenizer: first.tokenizer }) };
}
