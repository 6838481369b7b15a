/**
 * Which translations are not worth learning from: unfinished, empty, unlikely, of a strange length, copies of their source, pairs that came
 * before, and those far from the reference (Freitag et al. 2017, arXiv:1702.01802, leave out pairs of a TER above 0.8; here it is the edit
 * rate without shifts).
 */
import { sentenceEditRate } from '../evaluate/edit-rate.ts';
import { sha256 } from '../storage/hash.ts';
import type { Translation } from '../teacher/translator.ts';
import { splitAtSpaces } from '../text/tokens-13a.ts';

export interface TranslationFilters {
  /** Translations that were cut off, and those without a word. Default: dropped. */
  readonly unfinished?: 'drop' | 'keep';
  readonly empty?: 'drop' | 'keep';
  /** The least score, as the search normalised it by length. */
  readonly minScore?: number;
  /** Words of the translation over words of the source. */
  readonly lengthRatio?: { readonly least?: number; readonly most?: number };
  /** A translation equal to its source, however it is spaced and capitalised. Default: kept. */
  readonly copies?: 'drop' | 'keep';
  /** A pair of source and translation that came before. Default: kept. */
  readonly duplicates?: 'drop' | 'keep';
  /** Word edits over words of the reference at most: 0.8 is Freitag's. */
  readonly maxEditRate?: number;
}

/** Why an example gave no translation to learn from. */
export const dropReasons = ['no translation', 'unfinished', 'empty', 'low score', 'length ratio', 'copy', 'edit rate', 'duplicate'] as const;
export type DropReason = (typeof dropReasons)[number];

export interface Judged {
  readonly source: string;
  readonly reference?: string | undefined;
  readonly translation: Translation;
}

/** Why a translation cannot be chosen at all; undefined where it can. */
export function unusable({ finished, text }: Translation, { unfinished = 'drop', empty = 'drop' }: TranslationFilters): DropReason | undefined {
  if (!finished && unfinished === 'drop') return 'unfinished';
  return text.trim() === '' && empty === 'drop' ? 'empty' : undefined;
}

/** Judges the translations that were chosen, in order: of the same pair the first stays. */
export function openFilters({ minScore = -Infinity, lengthRatio = {}, copies = 'keep', duplicates = 'keep', maxEditRate = Infinity }: TranslationFilters): (judged: Judged) => DropReason | undefined {
  const { least = 0, most = Infinity } = lengthRatio;
  if (!(least >= 0 && most >= least)) throw new Error(`a length ratio from ${least} to ${most} keeps nothing`);
  if (!(maxEditRate >= 0) || Number.isNaN(minScore)) throw new Error(`an edit rate of ${maxEditRate} and a score of ${minScore} cannot be meant as limits`);
  const seen = new Set<string>();
  return ({ source, reference, translation: { text, score } }) => {
    if (score < minScore) return 'low score';
    const ratio = splitAtSpaces(text).length / Math.max(1, splitAtSpaces(source).length);
    if (ratio < least || ratio > most) return 'length ratio';
    if (copies === 'drop' && plain(text) === plain(source)) return 'copy';
    if (maxEditRate < Infinity && sentenceEditRate(text, reference ?? '') > maxEditRate) return 'edit rate';
    if (duplicates === 'keep') return undefined;
    const pair = sha256(JSON.stringify([source, text])).slice(0, 22);
    const before = seen.size;
    return seen.add(pair).size === before ? 'duplicate' : undefined;
  };
}

function plain(text: string): string {
  return splitAtSpaces(text.toLowerCase()).join(' ');
}
