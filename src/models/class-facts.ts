/**
 * What the config.json of any classifier says of its answers, whatever its family: a model that another runtime computes needs no
 * more of it.
 */
import { z } from 'zod';
import { printable } from '../storage/quoted.ts';
import { shapeFault } from '../storage/shape-fault.ts';
import type { Task } from './config.ts';
import { classesOf, taskOf } from './config-classes.ts';

export interface ClassFacts {
  readonly family: string;
  readonly task: Extract<Task, 'single-label' | 'multi-label' | 'regression'>;
  /** Class names in order; a score has one. */
  readonly labels: readonly string[];
  /** Longest text, in tokens; undefined where the config does not say. */
  readonly positions?: number;
  /** Rows of the table of words; undefined where the config does not say. */
  readonly vocabulary?: number;
}

const schema = z.looseObject({
  model_type: z.string(),
  architectures: z.array(z.string()).nullish(),
  max_position_embeddings: z.int().positive().nullish(),
  pad_token_id: z.int().nonnegative().nullish(),
  vocab_size: z.int().positive().nullish(),
});

/** Families that count positions from the one after the padding id. */
const countFromPadding = ['roberta', 'xlm-roberta', 'xlm-roberta-xl', 'camembert', 'roberta-prelayernorm', 'xmod', 'mpnet', 'longformer', 'esm', 'ibert', 'data2vec-text'];

/** @param file named in errors. @throws where the config is of a model without classes. */
export function classFacts(json: unknown, file: string): ClassFacts {
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw new Error(`${file}: ${shapeFault(parsed.error)}`);
  const { model_type: family, architectures, max_position_embeddings: rows, pad_token_id: padId, vocab_size: vocabulary } = parsed.data;
  const architecture = architectures?.[0];
  // A converted config may have lost the name of its class; then its labels are taken at their word.
  if (architecture !== undefined && !architecture.endsWith('ForSequenceClassification')) throw new Error(`${file}: ${printable(architecture)} has no classes to answer with; a teacher is a ...ForSequenceClassification`);
  const { names, problem } = classesOf(json, file);
  const { task, labels } = taskOf('ForSequenceClassification', problem, names);
  const positions = rows && (countFromPadding.includes(family) ? rows - (padId ?? 1) - 1 : rows);
  return { family, task: task as ClassFacts['task'], labels, ...(positions && positions > 0 && { positions }), ...(vocabulary && { vocabulary }) };
}
