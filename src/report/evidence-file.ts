/**
 * One finished training as evidence: a small JSON that is committed, recipes/results/RECIPE/STUDENT-ARM-seedN.json. It says what was run
 * on what and what came out, right answers example by example, so that tables and differences over seeds are made without running again.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { scoreNames } from '../evaluate/score.ts';
import { unpackBits } from '../storage/bit-text.ts';
import { readJson, writeJson } from '../storage/json.ts';
import { shapeFault } from '../storage/shape-fault.ts';

const name = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'wanted: small letters and digits, parted by dashes');
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'wanted: a sha256');
const facts = z.record(z.string(), z.union([z.string(), z.number()]));
const count = z.int().nonnegative();
/** Flags of a test's examples (storage/bit-text.ts). */
const flags = z.string();

const testSchema = z.strictObject({
  /** As 'dev'. */
  name,
  sha256,
  examples: count.min(1),
  /** The score that counts. */
  metric: z.enum(scoreNames),
  scores: z.partialRecord(z.enum(scoreNames), z.number()),
  /** What the best constant answer scores. */
  chance: z.number().exactOptional(),
  /** Held against the teacher: agreement and klNats, or teacherPearson and meanDifference. */
  fidelity: z.record(z.string(), z.number()).exactOptional(),
  /** Which examples were answered rightly, where each has one class. */
  right: flags.exactOptional(),
  /** Which examples begin another group; within one they are no independent witnesses. */
  groupStarts: flags.exactOptional(),
}).superRefine((test, context) => {
  const fault = faultOf(test);
  if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
});

export const evidenceSchema = z.strictObject({
  format: z.literal('retort-evidence-1'),
  recipe: name,
  /** What is trained, as 'cut-3x384'; 'teacher' of a teacher. */
  student: name,
  /** How, as 'soft-labels'. */
  arm: name,
  seed: count,
  /** Of everything that determines the numbers, but for the engine. */
  identity: sha256,
  startsAs: z.string(),
  objective: z.string(),
  rows: count,
  labelledRows: count,
  maxTokens: count,
  steps: count.min(1),
  rowsPerStep: count.min(1),
  learningRate: z.number(),
  /** Of what was read, of who taught (null: nobody) and of what came out. */
  hashes: z.strictObject({ corpus: sha256, tokenizer: sha256, teacher: sha256.nullable(), model: sha256 }),
  engine: z.strictObject({ engine: z.string(), device: z.string(), precision: z.string(), threads: count, library: z.string().exactOptional(), buildId: z.string().exactOptional() }),
  versions: facts,
  machine: facts,
  parameters: count,
  bytes: count,
  /** Median time for one example. */
  latencyMs: z.number(),
  /** Of training alone, over all sittings. */
  minutes: z.number(),
  /** Of the first steps, one after the other; to nine digits, which is all a float32 has. */
  losses: z.array(z.number()).min(1),
  tests: z.array(testSchema).min(1),
});
export type Evidence = z.infer<typeof evidenceSchema>;
export type EvidenceTest = Evidence['tests'][number];

function faultOf({ examples, scores, metric, right, groupStarts }: { examples: number; scores: Partial<Record<string, number>>; metric: string; right?: string; groupStarts?: string }): string | undefined {
  if (scores[metric] === undefined) return `the scores lack ${metric}, which counts`;
  const read = (what: string, text: string | undefined): readonly boolean[] | string => {
    try {
      return text === undefined ? [] : unpackBits(text, examples);
    } catch (error) {
      return `${what}: ${error instanceof Error ? error.message : String(error)}`;
    }
  };
  const [answered, starts] = [read('right', right), read('groupStarts', groupStarts)];
  if (typeof answered === 'string') return answered;
  if (typeof starts === 'string') return starts;
  const accuracy = answered.filter(Boolean).length / examples;
  if (right !== undefined && Math.abs(accuracy - (scores.accuracy ?? NaN)) > 1e-9) return `accuracy is ${scores.accuracy}, but ${(100 * accuracy).toFixed(2)} % of the answers are right`;
  return undefined;
}

/** Which examples were answered rightly; undefined where that was not kept. */
export function rightAnswers({ right, examples }: EvidenceTest): boolean[] | undefined {
  return right === undefined ? undefined : unpackBits(right, examples);
}

/** The number of each example's group, from 0 upwards; undefined where every example stands alone. */
export function groupsOf({ groupStarts, examples }: EvidenceTest): number[] | undefined {
  if (groupStarts === undefined) return undefined;
  let group = -1;
  return unpackBits(groupStarts, examples).map((starts, row) => (group += Number(starts || row === 0)));
}

export function evidencePath(results: string, { recipe, student, arm, seed }: Pick<Evidence, 'recipe' | 'student' | 'arm' | 'seed'>): string {
  return join(results, recipe, `${student === arm ? arm : `${student}-${arm}`}-seed${seed}.json`);
}

/** @throws for what could not be read again, such as a score that is no number. */
export async function writeEvidence(results: string, evidence: Evidence): Promise<string> {
  const path = evidencePath(results, evidence);
  const checked = evidenceSchema.safeParse(evidence);
  if (!checked.success) throw new Error(`${path}: this run cannot be recorded (${shapeFault(checked.error)})`);
  await writeJson(path, evidence);
  return path;
}

/** Undefined where there is none. @throws naming file and field where it is not as it should be. */
export async function readEvidence(path: string): Promise<Evidence | undefined> {
  const value = await readJson(path).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (value === undefined) return undefined;
  const read = evidenceSchema.safeParse(value);
  if (read.success) return read.data;
  throw new Error(`${path}: no evidence of a run (${shapeFault(read.error)}); take it back from version control, or delete it and run the recipe again`);
}

/** All of one recipe, in the order of their files' names; none where the folder is not there. @throws where a file is not what its name says. */
export async function evidenceOf(results: string, recipe: string): Promise<Evidence[]> {
  const folder = join(results, recipe);
  const names = (await readdir(folder).catch(() => [])).filter((file) => file.endsWith('.json')).sort();
  return Promise.all(names.map(async (file) => {
    const path = join(folder, file);
    const evidence = await readEvidence(path);
    if (evidence === undefined || evidencePath(results, evidence) !== path) throw new Error(`${path}: its name is not that of the run in it (${evidence?.recipe}, ${evidence?.student}, ${evidence?.arm}, seed ${evidence?.seed}); rename it`);
    return evidence;
  }));
}
