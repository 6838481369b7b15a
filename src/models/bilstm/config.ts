/**
 * The configuration of a BiLSTM classifier, after Tang et al. 2019, "Distilling Task-Specific Knowledge from BERT into Simple Neural
 * Networks" (arXiv:1903.12136); read from config.json and written back. Hugging Face has no such class: the names of the fields are ours.
 */
import { z } from 'zod';
import { classesOf, classFieldsOf, taskOf } from '../config-classes.ts';
import type { Task } from '../config.ts';
import type { ModelFacts } from '../facts.ts';
import { check, count, rate } from '../families/fields.ts';

export const bilstmFamily = 'bilstm';

export const bilstmPaper = { authors: 'Tang et al.', year: 2019, title: 'Distilling Task-Specific Knowledge from BERT into Simple Neural Networks', id: '1903.12136' };

export interface BilstmConfig extends ModelFacts {
  readonly family: typeof bilstmFamily;
  readonly layers: 1;
  /** Of the layer below the classifier, D: the only states that it says. */
  readonly width: number;
  /** N, of either direction. */
  readonly units: number;
  /** E */
  readonly embeddingWidth: number;
  /** Whether an example is two texts, read one by one and compared. */
  readonly pairs: boolean;
  /** V */
  readonly vocabulary: number;
  /** Longest sequence it was made for, in tokens; it has no table of positions. */
  readonly positions: number;
  readonly hiddenDropout: number;
  readonly task: Extract<Task, 'single-label' | 'multi-label' | 'regression'>;
}

/** What a person chooses of it. */
export type BilstmSize = Pick<BilstmConfig, 'units' | 'embeddingWidth' | 'width'>;

/** `bilstm` (the paper's 150x300:200), `bilstm:64x100` or `bilstm:64x100:50`: units of a direction x width of the embeddings : layer below the classifier. */
export function parseBilstmSize(text: string): BilstmSize {
  const match = /^bilstm(?::(\d+)x(\d+)(?::(\d+))?)?$/.exec(text);
  if (match === null) throw new Error(`'${text}' is not a BiLSTM; write bilstm, or bilstm:UNITSxEMBEDDING as bilstm:64x100, perhaps with the layer below the classifier as bilstm:64x100:50`);
  const [units, embeddingWidth] = match[1] === undefined ? [150, 300] : [Number(match[1]), Number(match[2])];
  const width = match[3] === undefined ? (match[1] === undefined ? 200 : 2 * units) : Number(match[3]);
  if ([units, embeddingWidth, width].some((number) => number < 1)) throw new Error(`'${text}': every number of a BiLSTM must be at least 1`);
  return { units, embeddingWidth, width };
}

export type BilstmChoices = Pick<BilstmConfig, 'vocabulary' | 'padId' | 'positions' | 'task' | 'labels' | 'pairs'> & { readonly dropout?: number };

export function bilstmConfig({ units, embeddingWidth, width }: BilstmSize, { vocabulary, padId, positions, task, labels, pairs, dropout = 0.1 }: BilstmChoices): BilstmConfig {
  return { family: bilstmFamily, layers: 1, says: bilstmWants, units, embeddingWidth, width, vocabulary, padId, positions, task, labels, pairs, hiddenDropout: dropout, source: {} };
}

const bilstmWants = ['logits', 'members', 'classWeights', 'pooled'] as const;

const fields = z.looseObject({
  model_type: z.literal(bilstmFamily),
  vocab_size: count,
  embedding_size: count,
  lstm_units: count,
  hidden_size: count,
  text_pairs: z.boolean(),
  max_position_embeddings: count,
  pad_token_id: z.int().nonnegative(),
  hidden_dropout_prob: rate,
});

/** @param file named in errors. @throws for a field that is missing or out of range. */
export function parseBilstmConfig(json: unknown, file: string): BilstmConfig {
  const found = check(fields, json, file);
  if (found.pad_token_id >= found.vocab_size) throw new Error(`${file}: pad_token_id ${found.pad_token_id} lies outside a vocabulary of ${found.vocab_size}`);
  const { names, problem } = classesOf(json, file);
  const { task, labels } = taskOf('ForSequenceClassification', problem, names);
  return {
    family: bilstmFamily, layers: 1, says: bilstmWants,
    width: found.hidden_size, units: found.lstm_units, embeddingWidth: found.embedding_size, pairs: found.text_pairs,
    vocabulary: found.vocab_size, positions: found.max_position_embeddings, padId: found.pad_token_id, hiddenDropout: found.hidden_dropout_prob,
    task: task as BilstmConfig['task'], labels, source: found,
  };
}

export function bilstmToJson({ source, task, labels, ...config }: BilstmConfig): Record<string, unknown> {
  return {
    ...source,
    architectures: ['BilstmForSequenceClassification'],
    model_type: bilstmFamily,
    vocab_size: config.vocabulary,
    embedding_size: config.embeddingWidth,
    lstm_units: config.units,
    hidden_size: config.width,
    text_pairs: config.pairs,
    max_position_embeddings: config.positions,
    pad_token_id: config.padId,
    hidden_dropout_prob: config.hiddenDropout,
    dtype: 'float32',
    ...classFieldsOf(task, labels),
  };
}
