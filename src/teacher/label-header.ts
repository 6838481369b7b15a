/**
 * The header of a label store: who said what about which corpus, read with which tokenizer. It is the store's address, and what
 * is read back is checked against it: a header that does not fit is refused with both sides printed.
 */
import { z } from 'zod';
import { fingerprint } from '../storage/hash.ts';

/** What determines every stored number. */
export const labelSourceSchema = z.strictObject({
  /** Fingerprint of the teacher's weights and configuration. */
  teacher: z.string(),
  tokenizer: z.string(),
  /** Fingerprint of the corpus: ids, texts and their order. */
  corpus: z.string(),
  maxTokens: z.int().positive(),
  /** Class names in the order of the logits. */
  labels: z.array(z.string()).min(1),
});
export type LabelSource = z.infer<typeof labelSourceSchema>;

const shardSchema = z.strictObject({
  file: z.string().regex(/^shard-\d{5}\.arrow$/),
  rows: z.int().positive(),
  sha256: z.string().length(64),
});

export const labelHeaderSchema = z.strictObject({
  format: z.literal('retort-labels-1'),
  wants: z.strictObject({ logits: z.literal(true) }),
  dtype: z.literal('float32'),
  source: labelSourceSchema,
  /** Examples of the corpus; the store is complete when its shards hold as many. */
  examples: z.int().positive(),
  shards: z.array(shardSchema),
});
export type LabelHeader = z.infer<typeof labelHeaderSchema>;

/** The content address: two stores with one address hold the same labels. */
export function labelAddress(source: LabelSource): string {
  return fingerprint({ format: 'retort-labels-1', ...source }).slice(0, 16);
}

/** @throws with both sides, field by field, where they differ. */
export function checkSource(place: string, found: LabelSource, wanted: Partial<LabelSource>): void {
  const shown = (value: unknown) => JSON.stringify(value);
  const lines = (Object.keys(wanted) as (keyof LabelSource)[])
    .filter((field) => shown(found[field]) !== shown(wanted[field]))
    .map((field) => `  ${field}: stored ${shown(found[field])}, wanted ${shown(wanted[field])}`);
  if (lines.length > 0) throw new Error(`${place}: these labels do not fit; label the corpus anew (retort label)\n${lines.join('\n')}`);
}
