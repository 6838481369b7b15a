/**
 * What a case of the bench is: it writes a folder of weights, batches and settings once, and every side, ours or a peer's, opens that
 * folder and does the same work.
 */
import type { Order, Part, Settings } from '../protocol.ts';

/** Our own work on a case, opened in a side's process with an engine in use. */
export interface Work {
  readonly parts: readonly Part[];
  check(): Promise<readonly number[]>;
  /** @returns what it chose. */
  prepare(): Promise<Settings>;
  /** Resolves when the device has done the work. */
  run(part: string, steps: number): Promise<void>;
  /** For the row: what was updated, how batches were made. */
  settings(): Settings;
}

export interface CaseOptions {
  /** A case of a few thousand parameters, to try the bench itself. */
  readonly small: boolean;
  /** Sentences to label. */
  readonly sentences: number;
  /** A file of sentences, one a line, and the folder of the tokenizer that reads them: both or neither. */
  readonly text?: string | undefined;
  readonly tokenizer?: string | undefined;
  /** Whether a peer wants an ONNX file. */
  readonly onnx: boolean;
}

export interface BenchCase {
  readonly what: string;
  /** The unit of its rate. */
  readonly items: string;
  /** Whether each checked number is held against its own size, or all against the largest; absent where two sides do different work by intent. */
  readonly agreement?: 'each' | 'largest';
  /** What these numbers are. Default: the first losses at dropout 0. */
  readonly compares?: string;
  /** A row for each, in a process of its own: what differs is named by the order. */
  readonly variants?: readonly string[];
  /** Whether a side has something to choose before it is timed: then a process of its own chooses. */
  readonly tunes?: boolean;
  /** Writes the folder; what it returns stands in the row's settings. */
  write(folder: string, options: CaseOptions): Promise<Settings>;
  /** With `tuned`, what `prepare` once chose, it does not choose anew. */
  open(folder: string, order: Pick<Order, 'tuned' | 'variant'>): Promise<Work>;
}
