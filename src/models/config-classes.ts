/**
 * What a config.json says of a model's task and classes, the same in every family.
 */
import { z } from 'zod';
import type { Task } from './config.ts';
import { check, classes } from './families/fields.ts';

const problemTypes = ['regression', 'single_label_classification', 'multi_label_classification'] as const;
type ProblemType = (typeof problemTypes)[number];

const classFields = z.looseObject({
  id2label: z.record(z.string(), z.string()).nullish(),
  num_labels: classes.nullish(),
  problem_type: z.enum(problemTypes).nullish(),
});

/** The names of the classes that a config.json gives, and the problem type that it states. */
export function classesOf(json: unknown, file: string): { names: string[]; problem: ProblemType | undefined } {
  const { id2label, num_labels: number, problem_type: problem } = check(classFields, json, file);
  return { names: labelsOf(id2label, number, file), problem: problem ?? undefined };
}

/** As transformers decides it: the stated problem type, else one label means regression. ELECTRA's pre-training finds replaced words and predicts none. */
export function taskOf(architecture: string, problem: ProblemType | undefined, labels: readonly string[]): { task: Task; labels: readonly string[] } {
  if (architecture.endsWith('ForMaskedLM') || (architecture.endsWith('ForPreTraining') && !architecture.startsWith('Electra'))) return { task: 'masked-lm', labels: [] };
  if (!architecture.endsWith('ForSequenceClassification')) return { task: 'none', labels: [] };
  if (problem === 'multi_label_classification') return { task: 'multi-label', labels };
  if (problem === 'regression' || (problem === undefined && labels.length === 1)) return { task: 'regression', labels };
  return { task: 'single-label', labels };
}

/** The fields that say the same. */
export function classFieldsOf(task: Extract<Task, 'single-label' | 'multi-label' | 'regression'>, labels: readonly string[]): Record<string, unknown> {
  return {
    id2label: Object.fromEntries(labels.map((name, index) => [String(index), name])),
    label2id: Object.fromEntries(labels.map((name, index) => [name, index])),
    problem_type: { 'single-label': 'single_label_classification', 'multi-label': 'multi_label_classification', regression: 'regression' }[task],
  };
}

function labelsOf(names: Record<string, string> | null | undefined, number: number | null | undefined, file: string): string[] {
  if (!names) return Array.from({ length: number ?? 2 }, (_, index) => `LABEL_${index}`); // two is transformers' default
  return Object.keys(names).map((_, index) => {
    const name = names[String(index)];
    if (name === undefined) throw new Error(`${file}: id2label names ${Object.keys(names).length} classes, but none numbered ${index}; they count from 0`);
    return name;
  });
}
