/**
 * Work that repeats, such as a training step on batches of one shape: run twice in the ordinary way and written down, then replayed by
 * the engine without the JavaScript that asked for it. Bit for bit the same, or not replayed at all: on engines that cannot, and for work that
 * hangs on anything but the tensors and the key it declares, it just runs. Nothing here is part of a checkpoint.
 */
import { engineReplayer } from './engine.ts';
import type { Key } from './random.ts';
import type { Recording, Replayer } from './replayer.ts';
import type * as tf from './tf.ts';

/** What work gives: tensors, each under a label that is the same in every run. The caller owns them. */
export type Labelled<Label> = readonly (readonly [Label, tf.Tensor])[];

export interface RepeatingWork<Label> {
  /** Whose work it is: notes are kept as long as both live, and never shared with others. */
  readonly owners: readonly [object, object];
  /** Whatever else on the host decides what is computed. Shapes and dtypes of the inputs are seen to here. */
  readonly signature: string;
  /** Tensors that are others in every run. */
  readonly inputs: readonly tf.Tensor[];
  readonly variables: readonly tf.Variable[];
  /** Another in every run: what the work folds below it is drawn anew. */
  readonly key: Key;
  /** @param refuse to be called, with the reason, if it hangs on something else: then it is never replayed. */
  readonly run: (refuse: (reason: string) => void) => Labelled<Label>;
}

/** One signature: not seen twice yet, replayable, or not. */
interface Notes {
  recording?: Recording;
  labels?: readonly unknown[];
  proven: boolean;
  refusal?: string;
}

/** Signatures kept for one pair of owners; the one unused for longest goes first. */
const signatureLimit = 32;

const kept = new WeakMap<object, WeakMap<object, Map<string, Notes>>>();
const counts = { replayed: 0, recorded: 0, eager: 0 };
const refusals = new Map<string, number>();

export interface ReplayCounts {
  /** Runs that were replayed, that were written down, and that ran without either. */
  readonly replayed: number;
  readonly recorded: number;
  readonly eager: number;
  /** Why signatures were found not to be replayable, and how many. */
  readonly refusals: ReadonlyMap<string, number>;
  /** How many of the replays the device launched by itself, and why others could not be captured. */
  readonly captures: Replayer['captures'];
}

/** Since the process began. */
export function replayCounts(): ReplayCounts {
  const { launched, refusals: uncaptured } = engineReplayer()?.captures ?? { launched: 0, refusals: new Map() };
  return { ...counts, refusals: new Map(refusals), captures: { launched, refusals: new Map(uncaptured) } };
}

export function replayed<Label>(work: RepeatingWork<Label>): Labelled<Label> {
  const replayer = engineReplayer();
  if (replayer === undefined) return work.run(() => undefined);
  const notes = notesOf(work);
  if (notes.refusal !== undefined) {
    counts.eager++;
    return work.run(() => undefined);
  }
  if (!notes.proven || notes.recording === undefined) return record(work, notes, replayer);
  const tensors = replayer.replay(notes.recording, work, work.key);
  if (tensors === undefined) {
    counts.eager++; // this time only: weights that lie otherwise in memory, say
    return work.run(() => undefined);
  }
  counts.replayed++;
  const labels = (notes.labels ?? []) as readonly Label[];
  return labels.map((label, place) => [label, tensors[place]!] as const);
}

function record<Label>(work: RepeatingWork<Label>, notes: Notes, replayer: Replayer): Labelled<Label> {
  let refusal: string | undefined;
  const { made, recording } = replayer.record(work, work.key, () => work.run((reason) => (refusal ??= reason)), (labelled) => labelled.map(([, tensor]) => tensor));
  counts.recorded++;
  const labels = made.map(([label]) => label);
  if (typeof recording === 'string') refusal ??= recording;
  else if (notes.recording === undefined) [notes.recording, notes.labels] = [recording, labels];
  else {
    refusal ??= labels.length === notes.labels?.length && labels.every((label, place) => label === notes.labels?.[place]) ? notes.recording.difference(recording) : 'it gives other results from one step to the next';
    notes.proven = true;
  }
  if (refusal !== undefined) {
    notes.refusal = refusal;
    delete notes.recording;
    refusals.set(refusal, (refusals.get(refusal) ?? 0) + 1);
  }
  return made;
}

function notesOf<Label>({ owners: [one, other], signature, inputs, variables }: RepeatingWork<Label>): Notes {
  const ofOne = kept.get(one) ?? new WeakMap<object, Map<string, Notes>>();
  kept.set(one, ofOne);
  const bySignature = ofOne.get(other) ?? new Map<string, Notes>();
  ofOne.set(other, bySignature);
  const whole = [signature, ...inputs.map(({ dtype, shape }) => `${dtype} ${shape.join()}`), variables.map(({ id }) => id).join()].join('; ');
  const notes = bySignature.get(whole) ?? { proven: false };
  bySignature.delete(whole);
  bySignature.set(whole, notes);
  const [oldest] = bySignature.keys();
  if (bySignature.size > signatureLimit && oldest !== undefined) bySignature.delete(oldest);
  return notes;
}
