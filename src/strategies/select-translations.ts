/**
 * From what a teacher wrote to what a student learns from: one translation of each source, chosen and filtered, perhaps with the references
 * beside them, as a parallel corpus whose ids say where each pair came from (Kim & Rush 2016; Freitag et al. 2017). It reads and computes, once for
 * the counts and again whenever the corpus is read; in memory it holds a few bytes a pair where duplicates are dropped, else nothing.
 */
import { printable } from '../storage/quoted.ts';
import type { Translations } from '../teacher/translation-store.ts';
import type { Translation } from '../teacher/translator.ts';
import type { Example } from '../text/example.ts';
import { type StreamedCorpus, streamFrom } from '../text/streamed-corpus.ts';
import { nearestTo, type TranslationChoice } from './translation-choice.ts';
import { dropReasons, type DropReason, openFilters, type TranslationFilters, unusable } from './translation-filters.ts';

export interface SelectionOptions {
  readonly translations: Translations;
  /** What was translated, each example with its reference as the pair: for choices and filters by reference, and to mix references in. */
  readonly references?: Pick<StreamedCorpus, 'fingerprint' | 'read'>;
  /** Default: `score`, the teacher's best. */
  readonly choice?: TranslationChoice;
  readonly filters?: TranslationFilters;
  /** Learn from the references too, whatever became of the teacher's translation. Default: not. */
  readonly withReferences?: boolean;
  /** Name and split of the corpus. */
  readonly name?: string;
  readonly split?: string;
}

export interface SelectionCounts {
  /** Examples that were translated. */
  readonly examples: number;
  /** Pairs in the corpus: by the teacher, and references. */
  readonly chosen: number;
  readonly references: number;
  /** How many examples gave no translation of the teacher, by the reason. */
  readonly dropped: Readonly<Record<DropReason, number>>;
}

/**
 * @returns the corpus (`train-7@bleu` is the teacher's translation of example train-7 that was nearest to the reference, `train-7@reference` the
 * reference) and what was dropped and why.
 * @throws where ids or sources of the store and the references are not the same all along, a reference is missing, or nothing is left.
 */
export async function selectTranslations(options: SelectionOptions): Promise<{ corpus: StreamedCorpus; counts: SelectionCounts }> {
  const { translations, references, choice = 'score', filters = {}, withReferences = false, name = 'distilled', split = 'train' } = options;
  const needs = [...(choice === 'score' ? [] : [`the choice by ${choice}`]), ...(filters.maxEditRate === undefined ? [] : ['the edit rate']), ...(withReferences ? ['the mixture'] : [])];
  if (needs.length > 0 && references === undefined) throw new Error(`${needs.join(' and ')} cannot do without the references: give the corpus that was translated`);
  if (references !== undefined && references.fingerprint !== translations.source.corpus) throw new Error(`${translations.folder}: these are translations of another corpus than the references are of: stored ${translations.source.corpus.slice(0, 16)}, given ${references.fingerprint.slice(0, 16)}`);
  const counts = { examples: 0, chosen: 0, references: 0, dropped: Object.fromEntries(dropReasons.map((reason) => [reason, 0])) as Record<DropReason, number> };
  const pass = (hear: (reason: DropReason | undefined) => void) => selected({ ...options, choice, filters, withReferences }, needs.length > 0, hear);
  const corpus = await streamFrom({ name, split }, { first: () => pass((reason) => (reason === undefined ? (counts.chosen += 1) : (counts.dropped[reason] += 1))), again: () => pass(() => undefined) }).catch((error: unknown) => {
    const dropped = dropReasons.filter((reason) => counts.dropped[reason] > 0).map((reason) => `${reason} ${counts.dropped[reason]}`);
    if (counts.chosen > 0 || dropped.length === 0) throw error;
    throw new Error(`${translations.folder}: no translation is left to learn from (${dropped.join(', ')}); loosen the filters`, { cause: error });
  });
  const examples = counts.chosen + dropReasons.reduce((sum, reason) => sum + counts.dropped[reason], 0);
  return { corpus, counts: { ...counts, examples, references: corpus.size - counts.chosen } };
}

async function* selected({ translations, references, choice, filters, withReferences }: SelectionOptions & Required<Pick<SelectionOptions, 'choice' | 'filters' | 'withReferences'>>, needsReference: boolean, hear: (reason: DropReason | undefined) => void): AsyncGenerator<Example, void, undefined> {
  const judge = openFilters(filters);
  for await (const { id, source, translations: own, reference } of joined(translations, references)) {
    if (needsReference && reference === undefined) throw new Error(`example ${printable(id)} has no reference; give parallel text`);
    const candidates = own.filter((one) => unusable(one, filters) === undefined);
    const translation = choose(candidates, reference, choice);
    const reason = translation === undefined ? reasonOf(own, filters) : judge({ source, reference, translation });
    hear(reason);
    if (translation !== undefined && reason === undefined) yield { id: `${id}@${choice}`, text: source, pair: translation.text };
    if (withReferences && reference !== undefined) yield { id: `${id}@reference`, text: source, pair: reference };
  }
}

function choose(candidates: readonly Translation[], reference: string | undefined, choice: TranslationChoice): Translation | undefined {
  if (choice === 'score' || candidates.length === 0) return candidates[0];
  return candidates[nearestTo(reference ?? '', candidates.map(({ text }) => text), choice).best];
}

/** Why none of them can be chosen: what is wrong with the best one. */
function reasonOf(own: readonly Translation[], filters: TranslationFilters): DropReason {
  const [best] = own;
  return (best && unusable(best, filters)) ?? 'no translation';
}

interface Joined {
  readonly id: string;
  readonly source: string;
  readonly translations: readonly Translation[];
  readonly reference: string | undefined;
}

/** Both in step, every id and source checked: one line that slipped would make every pair after it wrong. */
async function* joined(translations: Translations, references: SelectionOptions['references']): AsyncGenerator<Joined, void, undefined> {
  const examples = references && walk(references.read());
  let row = 0;
  for await (const { id, source, translations: own } of translations.read()) {
    row += 1;
    const next = await examples?.next();
    if (next?.done === true) throw new Error(`${translations.folder}: example ${printable(id)} is translated, but the references end before it`);
    const other = next?.value;
    if (other !== undefined && other.id !== id) throw new Error(`${translations.folder}: row ${row} is example ${printable(id)}, but the references have ${printable(other.id)} there: translate this corpus anew`);
    if (other !== undefined && other.text !== source) throw new Error(`${translations.folder}: example ${printable(id)} was translated from another text than the references have; translate this corpus anew`);
    yield { id, source, translations: own, reference: other?.pair };
  }
  const more = await examples?.next();
  if (more?.done === false) throw new Error(`${translations.folder}: example ${printable(more.value.id)} of the references was never translated`);
}

async function* walk(examples: AsyncIterable<Example> | Iterable<Example>): AsyncGenerator<Example, void, undefined> {
  yield* examples;
}
