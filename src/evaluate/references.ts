/** What a translation is held against: one reference a sentence, or several. And how sacreBLEU writes down what was measured. */
import manifest from '../../package.json' with { type: 'json' };

/** Of each sentence its reference, or all that it has. */
export type References = readonly (string | readonly string[])[];

/** The references of one sentence. */
export function referencesOf(references: References, row: number): readonly string[] {
  const own = references[row]!;
  return typeof own === 'string' ? [own] : own;
}

/** Throws an Error where a score would be one of shifted lines, of nothing, or against nothing. */
export function checkTranslations(hypotheses: readonly string[], references: References): void {
  if (hypotheses.length !== references.length) throw new Error(`${hypotheses.length} translations cannot be held against the references of ${references.length} sentences: every sentence needs both`);
  if (hypotheses.length === 0) throw new Error('there is no translation to score');
  const bare = references.findIndex((own) => own.length === 0 && typeof own !== 'string');
  if (bare >= 0) throw new Error(`sentence ${bare + 1} of ${references.length} has no reference`);
}

/** `var`: sentences differ in how many they have. */
export function signatureOf(references: References, settings: string): string {
  const counts = new Set(references.map((_, row) => referencesOf(references, row).length));
  const count = counts.size === 1 ? [...counts][0]! : 'var';
  return `nrefs:${count}|${settings}|version:retort-${manifest.version}`;
}
