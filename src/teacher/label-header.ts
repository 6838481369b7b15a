/**
 * The header of a label store: who said what about which corpus, read with which tokenizer. It is the store's address, and what
 * is read back is checked against it: a header that does not fit is refused with both sides printed.
 */
import { z } from 'zod';
import type { Wants } from '../models/output.ts';
import type { RowColumn } from '../storage/arrow-rows.ts';
import { fingerprint } from '../storage/hash.ts';
import { differences, shardSchema } from './shard-list.ts';

export const labelFormat = 'retort-labels-2';

/** What determines every stored number. */
export const labelSourceSchema = z.strictObject({
  /** Fingerprint of the teacher's weights and configuration, or of answers that came as a file. */
  teacher: z.string(),
  /** What the teacher read with; null: no tokenizer of ours, and labels that fit any. */
  tokenizer: z.string().nullable(),
  /** Fingerprint of the corpus: ids, texts and their order. */
  corpus: z.string(),
  /** What texts were cut to; null as for the tokenizer. */
  maxTokens: z.int().positive().nullable(),
  /** How logits are meant: softmax over the classes, a sigmoid each, or the score itself. */
  task: z.enum(['single-label', 'multi-label', 'regression']),
  /** Class names in the order of the logits; one name for a score. */
  labels: z.array(z.string()).min(1),
});
export type LabelSource = z.infer<typeof labelSourceSchema>;

const layer = z.int().nonnegative();

/** What a store can hold beside the logits; layers count from 0, the embeddings. */
export const storedWantsSchema = z.strictObject({
  logits: z.literal(true),
  pooled: z.literal(true).exactOptional(),
  cls: z.array(layer).min(1).exactOptional(),
  hidden: z.array(layer).min(1).exactOptional(),
});
export type StoredWants = z.infer<typeof storedWantsSchema>;

export const labelHeaderSchema = z.strictObject({
  format: z.literal(labelFormat),
  /** The program that wrote it. */
  tool: z.string(),
  /** The teacher as a person calls it. */
  voice: z.string(),
  wants: storedWantsSchema,
  dtypes: z.strictObject({ logits: z.literal('float32'), states: z.literal('float16') }),
  /** Of hidden states: G and the number of layers. Null where none are stored. */
  states: z.strictObject({ width: z.int().positive(), layers: z.int().positive() }).nullable(),
  source: labelSourceSchema,
  /** Examples of the corpus; the store is complete when its shards hold as many, but for the silent ones. */
  examples: z.int().positive(),
  /** Examples that the teacher says nothing about. */
  silent: z.int().nonnegative(),
  shards: z.array(shardSchema),
});
export type LabelHeader = z.infer<typeof labelHeaderSchema>;

/** The content address: two stores with one address hold the same labels. */
export function labelAddress(source: LabelSource, wants: StoredWants = { logits: true }): string {
  return fingerprint({ format: labelFormat, ...source, wants }).slice(0, 16);
}

/** @throws with both sides, field by field, where they differ. */
export function checkSource(place: string, found: LabelSource, wanted: Partial<LabelSource>): void {
  const lines = differences(found, wanted);
  if (lines.length > 0) throw new Error(`${place}: these labels do not fit; label the corpus anew (retort label)\n${lines.join('\n')}`);
}

/** Whether a store of `stored` can say all of `wanted`. */
export function holds(stored: StoredWants, wanted: StoredWants): boolean {
  const layers = (a: readonly number[] = [], b: readonly number[] = []) => b.every((one) => a.includes(one));
  return (stored.pooled ?? false) >= (wanted.pooled ?? false) && layers(stored.cls, wanted.cls) && layers(stored.hidden, wanted.hidden);
}

/** The columns of a store's shards, beside the id. */
export function columnsOf({ wants, states, source }: Pick<LabelHeader, 'wants' | 'states' | 'source'>): RowColumn[] {
  const width = states?.width ?? 0;
  const half = { dtype: 'float16', width } as const;
  return [
    { name: 'logits', dtype: 'float32', width: source.labels.length },
    ...(wants.pooled ? [{ name: 'pooled', ...half }] : []),
    ...(wants.cls ?? []).map((one) => ({ name: stateColumn('cls', one), ...half })),
    ...(wants.hidden ?? []).map((one) => ({ name: stateColumn('hidden', one), ...half, perToken: true })),
  ];
}

/** `cls_4`, `hidden_0` */
export function stateColumn(kind: 'cls' | 'hidden', layerIndex: number): string {
  return `${kind}_${layerIndex}`;
}

/**
 * Wants with every layer counted from 0, each once and in order: what a store of a teacher with so many layers would hold.
 * @throws for anything that is never stored, and for layers that the teacher has not.
 */
export function storable(wants: Wants, { layers }: { layers: number }): StoredWants {
  const { logits: _logits, pooled, cls, hidden, ...rest } = wants;
  const never = Object.entries(rest as Record<string, unknown>).filter(([, want]) => want !== undefined).map(([name]) => name);
  if (never.length > 0) throw new Error(`${never.join(', ')} cannot be stored: a store holds logits, pooled, cls and hidden; ask a live teacher`);
  const counted = (what: string, asked: readonly number[] | undefined) => {
    const found = [...new Set((asked ?? []).map((one) => (one < 0 ? layers + 1 + one : one)))].sort((a, b) => a - b);
    const beyond = found.find((one) => !Number.isInteger(one) || one < 0 || one > layers);
    if (beyond !== undefined) throw new Error(`${what} of layer ${beyond} are wanted, but the teacher's run from 0 to ${layers}`);
    return found.length === 0 ? undefined : found;
  };
  const [clsLayers, hiddenLayers] = [counted('first-token states', cls), counted('hidden states', hidden)];
  return { logits: true, ...(pooled && { pooled }), ...(clsLayers && { cls: clsLayers }), ...(hiddenLayers && { hidden: hiddenLayers }) };
}
