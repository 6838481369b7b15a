/**
 * What an engine may offer beside its kernels: to write down what a piece of work asked of it, and to do the same again on other
 * tensors without the piece of work. `replay.ts` decides when.
 */
import type { Key } from './random.ts';
import type * as tf from './tf.ts';

/** A piece of work as it was written down; what is in it is the engine's. */
export interface Recording {
  /** In words, where this recording cannot be replayed, or `other` is not the same work. */
  difference(other: this): string | undefined;
}

export interface Taken<T> {
  readonly made: T;
  /** Or why it cannot be replayed. */
  readonly recording: Recording | string;
}

/** Tensors from outside. */
export interface Foreign {
  /** Others in every run. */
  readonly inputs: readonly tf.Tensor[];
  /** The same ones, with other numbers. */
  readonly variables: readonly tf.Variable[];
}

export interface Replayer {
  /**
   * Runs `work` and writes it down.
   * @param foreign all that it may use of what is there.
   * @param key the one below which its random numbers are drawn.
   * @param outputs what of it the caller keeps; everything else must be gone at its end.
   */
  record<T>(foreign: Foreign, key: Key, work: () => T, outputs: (made: T) => readonly tf.Tensor[]): Taken<T>;
  /** The outputs again, from other foreign tensors of the same shapes and below another key; `undefined`, and nothing left of it, where that does not work this time. */
  replay(recording: Recording, foreign: Foreign, key: Key): tf.Tensor[] | undefined;
  /** How many replays the device launched by itself, as one captured piece of work, and why others could not. */
  readonly captures: { readonly launched: number; readonly refusals: ReadonlyMap<string, number> };
}
