/**
 * What the training loop, teachers and objectives know of a model, whatever it is made of: an encoder, an encoder-decoder, a recurrent
 * network. A family's configuration says these and more.
 */
import type { Task } from './config.ts';
import type { Dimensions } from './dimensions.ts';
import type { Wants } from './output.ts';

export interface ModelFacts extends Dimensions {
  /** As `model_type` in config.json. */
  readonly family: string;
  readonly task: Task | 'translation';
  /** Names of the classes in order; empty for tasks without. */
  readonly labels: readonly string[];
  readonly padId: number;
  /** What a decoder is fed before the first token; encoders have none. */
  readonly startId?: number;
  /** Of the table of words, where one is read. */
  readonly embeddingWidth?: number;
  /** All that it can be asked for, where that is less than layers would let one think. */
  readonly says?: readonly (keyof Wants)[];
  /** The config file's own fields, carried through to the saved one. */
  readonly source: Readonly<Record<string, unknown>>;
}
