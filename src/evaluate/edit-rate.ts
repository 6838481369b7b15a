/**
 * Edit rates of translations: words that must be changed, added or left out, over the words of the reference. Words stand between white space. It
 * is the word error rate; unlike the translation edit rate (TER) no phrase is moved as a whole, so that it is never below TER.
 */
import { editDistance } from '../text/edit-distance.ts';
import { splitAtSpaces } from '../text/tokens-13a.ts';

/** Of one sentence, 0 where both are empty; above 1 where the translation is longer and different. A reference without words counts as one. */
export function sentenceEditRate(hypothesis: string, reference: string): number {
  const words = splitAtSpaces(reference);
  return editDistance(splitAtSpaces(hypothesis), words) / Math.max(1, words.length);
}

/** Of a corpus: all edits over all words of the references. @throws where the counts differ, or the references hold no word. */
export function wordErrorRate(hypotheses: readonly string[], references: readonly string[]): number {
  if (hypotheses.length !== references.length) throw new Error(`${hypotheses.length} translations cannot be held against ${references.length} references`);
  const words = references.map(splitAtSpaces);
  const total = words.reduce((sum, { length }) => sum + length, 0);
  if (total === 0) throw new Error('the references hold no word to be wrong about');
  return hypotheses.reduce((sum, hypothesis, row) => sum + editDistance(splitAtSpaces(hypothesis), words[row]!), 0) / total;
}
