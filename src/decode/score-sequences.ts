/**
 * What a decoder thinks of given translations: the log-probability of every token, as the likelihood of a reference or of another model's
 * translation. Step by step, without a read until the end; rows that have ended leave the batch. It applies no constraints.
 */
import { logSoftmax } from '../engine/fused/log-softmax.ts';
import { scope } from '../engine/memory.ts';
import * as tf from '../engine/tf.ts';
import { selectRows, type StepDecoder } from './step-decoder.ts';

/**
 * @param decoder one row for each sequence.
 * @param sequences the tokens after the start token, the end token included where it shall count.
 * @returns of each sequence the log-probabilities of its tokens, in nats.
 */
export async function scoreSequences(decoder: StepDecoder, { startId, sequences }: { readonly startId: number; readonly sequences: readonly ArrayLike<number>[] }): Promise<Float32Array[]> {
  const empty = sequences.findIndex(({ length }) => length === 0);
  if (sequences.length === 0 || empty >= 0) throw new Error(empty >= 0 ? `sequence ${empty + 1} of ${sequences.length} holds no token to score` : 'there is no sequence to score');
  const steps: { readonly rows: readonly number[]; readonly logProbs: tf.Tensor1D }[] = [];
  try {
    let rows = [...sequences.keys()];
    for (let at = 0; rows.length > 0; at++) {
      const logits = decoder.step(Int32Array.from(rows, (row) => (at === 0 ? startId : sequences[row]![at - 1]!)));
      try {
        const wanted = rows.map((row, index) => [index, wantedToken(sequences[row]!, at, logits.shape[1])] as [number, number]);
        steps.push({ rows, logProbs: scope(() => tf.gatherND(logSoftmax(logits), tf.tensor2d(wanted, [wanted.length, 2], 'int32')) as tf.Tensor1D) });
      } finally {
        logits.dispose();
      }
      const kept = [...rows.keys()].filter((index) => at + 1 < sequences[rows[index]!]!.length);
      selectRows(decoder, kept, rows.length);
      rows = kept.map((index) => rows[index]!);
    }
    const together = scope(() => tf.concat1d(steps.map(({ logProbs }) => logProbs)));
    const read = await together.data().finally(() => { together.dispose(); });
    const scores = sequences.map(({ length }) => new Float32Array(length));
    let next = 0;
    for (const [at, { rows: own }] of steps.entries()) for (const row of own) scores[row]![at] = read[next++]!;
    return scores;
  } finally {
    tf.dispose(steps.map(({ logProbs }) => logProbs));
  }
}

function wantedToken(sequence: ArrayLike<number>, at: number, vocabulary: number): number {
  const token = sequence[at]!;
  if (!(Number.isInteger(token) && token >= 0 && token < vocabulary)) throw new Error(`token ${token} at place ${at + 1} is none of the ${vocabulary} the decoder writes`);
  return token;
}
