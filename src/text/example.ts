// One example: a text or a pair of texts, with a stable id and perhaps a label, and the space its labels live in.
// The id travels to the batch, the label store and the predictions; every join is made by it. No reading here.
import { listed, quoted } from '../storage/quoted.ts';

/** A class name, a score, or (multi-label) the names of all classes that hold. */
export type ExampleLabel = string | number | readonly string[];

export interface Example {
  /** Unique in its corpus and stable from run to run. */
  readonly id: string;
  readonly text: string;
  /** The second text of a pair task. */
  readonly pair?: string;
  /** Absent: unlabelled. */
  readonly label?: ExampleLabel;
}

/** What labels may be said; a class has the index of its name in `names`. */
export type LabelSpace =
  | { readonly kind: 'single-label'; readonly names: readonly string[] }
  | { readonly kind: 'multi-label'; readonly names: readonly string[] }
  | { readonly kind: 'regression' };

/** One class an example, the classes that hold (or none), or a score. */
export type LabelKind = LabelSpace['kind'];

/** The label space of a kind; a score has no names. */
export function labelSpace(kind: LabelKind, names: readonly string[]): LabelSpace {
  return kind === 'regression' ? { kind } : { kind, names };
}

/** The index of a class name. Throws an Error that lists the known names; `place` says where the name stood. */
export function classIndex(names: readonly string[], name: string, place: string): number {
  const index = names.indexOf(name);
  if (index === -1) throw new Error(`${place}: label ${quoted(name)} is none of the known labels: ${listed(names)}; correct it, or name it among the labels`);
  return index;
}
