/**
 * One finished training as evidence: a small JSON that is committed, recipes/results/RECIPE/STUDENT-ARM-seedN.json. It says what was run
 * on what and what came out, right answers example by example or BLEU's counts sentence by sentence, so that tables and differences over seeds are
 * made without running again.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { scoreNames } from '../evaluate/score.ts';
import type { SentenceCounts } from '../evaluate/sentence-counts.ts';
import { unpackBits } from '../storage/bit-text.ts';
import { readJson, writeJson } from '../storage/json.ts';
import { shapeFault } from '../storage/shape-fault.ts';
import { bleuOn, unpackBleu } from './evidence-bleu.ts';

const name = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'wanted: small letters and digits, parted by dashes');
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'wanted: a sha256');
const facts = z.record(z.string(), z.union([z.string(), z.number()]));
const count = z.int().nonnegative();
/** Flags of a test's examples (storage/bit-text.ts). */
const flags = z.string();

/** Of a classifier, or of a translator. */
const metrics = [...scoreNames, 'bleu', 'chrf'] as const;
export type EvidenceMetric = (typeof metrics)[number];

const testSchema = z.strictObject({
  /** As 'dev'; of a translator how it searched, as 'greedy' and 'beam-5'. */
  name,
  sha256,
  examples: count.min(1),
  /** The score that counts. */
  metric: z.enum(metrics),
  scores: z.partialRecord(z.enum(metrics), z.number()),
  /** What the best constant answer scores. */
  chance: z.number().exactOptional(),
  /** Held against the teacher: agreement and klNats, or teacherPearson and meanDifference. */
  fidelity: z.record(z.string(), z.number()).exactOptional(),
  /** Which examples were answered rightly, where each has one class. */
  right: flags.exactOptional(),
  /** Of translations: each sentence's (evidence-bleu.ts). */
  bleuCounts: z.string().exactOptional(),
  /** Which examples begin another group; within one they are no independent witnesses. */
  groupStarts: flags.exactOptional(),
}).superRefine((test, context) => {
  const fault = faultOf(test);
  if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
});

/** A masked-LM training that came before. */
const pretrainingSchema = z.strictObject({
  objective: z.string(),
  blocks: count.min(1),
  maxTokens: count,
  steps: count.min(1),
  rowsPerStep: count.min(1),
  learningRate: z.number(),
  hashes: z.strictObject({ corpus: sha256, heldOut: sha256, teacher: sha256.nullable() }),
  /** Cross-entropy of the same hidden words of held-out text, in nats. */
  lossBefore: z.number(),
  loss: z.number(),
  minutes: z.number(),
  losses: z.array(z.number()).min(1),
});
export type Pretraining = z.infer<typeof pretrainingSchema>;

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
  /** Median time for one example; of a translator greedy, many sentences together. */
  latencyMs: z.number(),
  /** Of training alone, over all sittings. */
  minutes: z.number(),
  /** Of the first steps, one after the other; to nine digits, which is all a float32 has. */
  losses: z.array(z.number()).min(1),
  /** Of a translator: what sequence-level distillation leaves behind (evaluate/sequence-signatures.ts), and what has to be known to compare its BLEU. */
  translation: z.strictObject({
    signature: z.string(),
    /** Of the references. */
    goldPerplexity: z.number().positive(),
    /** Mean probability of its own greedy translations, 0..1. */
    modeMass: z.number().min(0).max(1),
  }).exactOptional(),
  pretraining: pretrainingSchema.exactOptional(),
  tests: z.array(testSchema).min(1),
});
export type Evidence = z.infer<typeof evidenceSchema>;
export type EvidenceTest = Evidence['tests'][number];

function faultOf({ examples, scores, metric, right, groupStarts, bleuCounts }: { examples: number; scores: Partial<Record<string, number>>; metric: string; right?: string; groupStarts?: string; bleuCounts?: string }): string | undefined {
  if (scores[metric] === undefined) return `the scores lack ${metric}, which counts`;
  const read = <T>(what: string, text: string | undefined, unpack: (text: string, count: number) => T): T | string | undefined => {
    try {
      return text === undefined ? undefined : unpack(text, examples);
    } catch (error) {
      return `${what}: ${error instanceof Error ? error.message : String(error)}`;
    }
  };
  const [answered = [], starts, counts] = [read('right', right, unpackBits), read('groupStarts', groupStarts, unpackBits), read('bleuCounts', bleuCounts, unpackBleu)];
  for (const fault of [answered, starts, counts]) if (typeof fault === 'string') return fault;
  if (typeof counts === 'object' && Math.abs(bleuOn(counts) - (scores.bleu ?? NaN)) > 1e-9) return `BLEU is ${scores.bleu}, but the counts of the sentences give ${bleuOn(counts)}`;
  if (metric === 'bleu' && counts === undefined) return 'BLEU counts, but the counts of the sentences are missing';
  const accuracy = (answered as readonly boolean[]).filter(Boolean).length / examples;
  if (right !== undefined && Math.abs(accuracy - (scores.accuracy ?? NaN)) > 1e-9) return `accuracy is ${scores.accuracy}, but ${(100 * accuracy).toFixed(2)} % of the answers are right`;
  return undefined;
}

/** Which examples were answered rightly; undefined where that was not kept. */
export function rightAnswers({ right, examples }: EvidenceTest): boolean[] | undefined {
  return right === undefined ? undefined : unpackBits(right, examples);
}

/** Of a test of translations; undefined where that was not kept. */
export function sentenceCounts({ bleuCounts, examples }: EvidenceTest): SentenceCounts | undefined {
  return bleuCounts === undefined ? undefined : unpackBleu(bleuCounts, examples);
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
