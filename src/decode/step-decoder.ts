/**
 * What the searches of this room need of a model that writes token by token. The seq2seq families satisfy it by shape, with a cache of
 * keys and values per row; the sources are encoded before, and a row knows which one it belongs to. No search is done here.
 */
import { scope } from '../engine/memory.ts';
import type * as tf from '../engine/tf.ts';
import type { Path } from './path.ts';

/** R rows are written at once; at the start there is one for each source. */
export interface StepDecoder {
  /**
   * Takes the next token of every row, `[R]`, and gives the logits `[R, V]` of the token after it, in float32. The caller disposes of them.
   * Work of the engine only: nothing is read back here.
   */
  step(tokens: Int32Array): tf.Tensor2D;
  /**
   * Row i becomes a copy of what row `rows[i]` was. A row may be named several times; those not named leave.
   * At least one stays: a search that is done asks for nothing more.
   */
  select(rows: Int32Array): void;
}

/** Takes the last token of each path, before the first the start token, and reads what `work` makes of the logits after it. */
export async function readStep(decoder: StepDecoder, { paths, startId }: { readonly paths: readonly (Path | undefined)[]; readonly startId: number }, work: (logits: tf.Tensor2D) => tf.Tensor): Promise<Float32Array> {
  const logits = decoder.step(Int32Array.from(paths, (path) => path?.token ?? startId));
  let made: tf.Tensor;
  try {
    made = scope(() => work(logits));
  } finally {
    logits.dispose();
  }
  try {
    return await made.data<'float32'>();
  } finally {
    made.dispose();
  }
}

/** Tells the decoder where its rows come from, unless they all stay where they are or none is left. */
export function selectRows(decoder: StepDecoder, rows: readonly number[], before: number): void {
  if (rows.length > 0 && (rows.length !== before || rows.some((row, at) => row !== at))) decoder.select(Int32Array.from(rows));
}
