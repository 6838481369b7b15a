// A decoder whose logits are the sums of three tables' rows: of its source, of the last token and of the one before. Its cache, the
// source and the last token of each row, lives on the engine, so that a wrong choice of rows shows.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { StepDecoder } from '../../src/decode/step-decoder.ts';
import * as tf from '../../src/engine/tf.ts';

const matrix = z.array(z.array(z.number()));
const tableSchema = z.strictObject({
  made_by: z.string(), start: z.int(), eos: z.int(),
  tables: z.strictObject({ source: matrix, last: matrix, before: matrix }),
  cases: z.array(z.strictObject({
    case: z.string(),
    options: z.record(z.string(), z.unknown()),
    expected: z.array(z.array(z.strictObject({ tokens: z.array(z.int()), token_scores: z.array(z.number()).optional(), score: z.number().optional() }))),
  })),
});

export type Tables = z.infer<typeof tableSchema>['tables'];
export type DecodeCase = z.infer<typeof tableSchema>['cases'][number];
export const reference = tableSchema.parse(JSON.parse(readFileSync(join(import.meta.dirname, 'table.json'), 'utf8')));

export interface TableDecoder extends StepDecoder {
  /** Rows of each step so far. */
  readonly widths: readonly number[];
  dispose(): void;
}

export function tableDecoder(sources: readonly number[] = reference.tables.source.map((_, row) => row), tables: Tables = reference.tables): TableDecoder {
  const [bySource, byLast, byBefore] = [tables.source, tables.last, tables.before].map((rows) => tf.tensor2d(rows));
  let own = tf.tensor1d([...sources], 'int32');
  let last: tf.Tensor1D | undefined;
  const widths: number[] = [];
  return {
    widths,
    step(tokens) {
      widths.push(tokens.length);
      if (own.size !== tokens.length) throw new Error(`${tokens.length} tokens for ${own.size} rows`);
      const now = tf.tensor1d(tokens, 'int32');
      const logits = tf.tidy(() => {
        const sum = tf.add(tf.gather(bySource!, own), tf.gather(byLast!, now));
        return (last === undefined ? sum : tf.add(sum, tf.gather(byBefore!, last))) as tf.Tensor2D;
      });
      last?.dispose();
      last = now;
      return logits;
    },
    select(rows) {
      const at = tf.tensor1d(rows, 'int32');
      const moved = [own, last!].map((tensor) => tf.gather(tensor, at));
      tf.dispose([own, last!, at]);
      [own, last] = moved as [tf.Tensor1D, tf.Tensor1D];
    },
    dispose: () => tf.dispose([own, bySource!, byLast!, byBefore!, ...(last === undefined ? [] : [last])]),
  };
}

/** The options of a case under this project's names. */
export function optionsOf(given: Readonly<Record<string, unknown>>) {
  const known = optionsSchema.parse(given);
  const ends = known.eos_token_id ?? reference.eos;
  return {
    startId: reference.start,
    sources: reference.tables.source.length,
    eosIds: typeof ends === 'number' ? [ends] : ends,
    maxNewTokens: known.max_new_tokens,
    minNewTokens: known.min_new_tokens ?? (known.min_length ?? 1) - 1,
    beams: known.num_beams ?? 1,
    nBest: known.num_return_sequences ?? 1,
    ...(known.length_penalty !== undefined && { lengthPenalty: known.length_penalty }),
    ...(known.early_stopping !== undefined && { earlyStopping: known.early_stopping }),
    ...(known.no_repeat_ngram_size !== undefined && { noRepeatNgramSize: known.no_repeat_ngram_size }),
    ...(known.repetition_penalty !== undefined && { repetitionPenalty: known.repetition_penalty }),
    ...(known.bad_words_ids !== undefined && { badWordsIds: known.bad_words_ids }),
    ...(known.suppress_tokens !== undefined && { suppressTokens: known.suppress_tokens }),
    ...(known.begin_suppress_tokens !== undefined && { beginSuppressTokens: known.begin_suppress_tokens }),
    ...(known.forced_bos_token_id !== undefined && { forcedBosId: known.forced_bos_token_id }),
    ...(known.forced_eos_token_id !== undefined && { forcedEosId: known.forced_eos_token_id }),
    ...(known.renormalize_logits !== undefined && { renormalize: known.renormalize_logits }),
  };
}

const ids = z.array(z.int());
const optionsSchema = z.strictObject({
  max_new_tokens: z.int().default(14), min_new_tokens: z.int().optional(), min_length: z.int().optional(), num_beams: z.int().optional(), num_return_sequences: z.int().optional(),
  length_penalty: z.number().optional(), early_stopping: z.union([z.boolean(), z.literal('never')]).optional(), no_repeat_ngram_size: z.int().optional(),
  repetition_penalty: z.number().optional(), bad_words_ids: z.array(ids).optional(), suppress_tokens: ids.optional(), begin_suppress_tokens: ids.optional(),
  forced_bos_token_id: z.int().optional(), forced_eos_token_id: z.int().optional(), renormalize_logits: z.boolean().optional(), eos_token_id: z.union([z.int(), ids]).optional(),
});
