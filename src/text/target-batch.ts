// Translations of some rows as a batch's decoder is taught them (teacher forcing): fed the start token and the translation without its
// last token, it is to say the translation. Both are padded at the right to one width.
import type { HostTarget } from '../engine/batch.ts';
import type { EncodedTargets } from './encoded-targets.ts';
import { rowOf } from './flat-rows.ts';

export interface TranslationLabels {
  readonly kind: 'translation';
  /** [B, U]; -1 where nothing is to be said */
  readonly tokens: Int32Array;
}

export interface TargetOptions {
  readonly startId: number;
  readonly padId: number;
  /** Widths are multiples of this, but never above the targets' `maxTokens`. */
  readonly padTo: number;
}

/** @param order rows of the corpus, [B] */
export function targetBatch(targets: EncodedTargets, order: Uint32Array, { startId, padId, padTo }: TargetOptions): { target: HostTarget; labels: TranslationLabels } {
  const rows = Array.from(order, (row) => rowOf(targets, row));
  const width = paddedWidth(rows.reduce((most, { length }) => Math.max(most, length), 0), padTo, targets.maxTokens);
  const inputIds = new Int32Array(rows.length * width).fill(padId);
  const mask = new Float32Array(rows.length * width);
  const tokens = new Int32Array(rows.length * width).fill(-1);
  rows.forEach((said, i) => {
    const at = i * width;
    inputIds[at] = startId;
    inputIds.set(said.subarray(0, -1), at + 1);
    mask.fill(1, at, at + said.length);
    tokens.set(said, at);
  });
  return { target: { width, inputIds, mask }, labels: { kind: 'translation', tokens } };
}

/** The least multiple of `padTo` that holds `longest`; a model has positions for `most`, perhaps for no more. */
export function paddedWidth(longest: number, padTo: number, most: number): number {
  return Math.min(Math.ceil(longest / padTo) * padTo, most);
}
