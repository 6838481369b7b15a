/**
 * The four signatures of sequence-level distillation (Kim & Rush 2016) in recorded runs of translators: greedy search gains, a beam adds less, the
 * references become less likely, the mass lies on few translations. Which appear is said, and which do not.
 */
import { type Spread, spread } from '../evaluate/spread.ts';
import type { EvidenceContender } from './evidence-contenders.ts';
import type { Evidence } from './evidence-file.ts';
import { markdownTable } from './markdown-table.ts';

/** Of one contender. */
interface Signs {
  /** BLEU points that a beam adds to greedy search. */
  readonly beamAdds: Spread;
  readonly goldPerplexity: Spread;
  readonly modeMass: Spread;
}

/** A table and what it says in words; nothing of runs that are no translators'. The first test is greedy search, the last a beam. */
export function signatureRows(contenders: readonly EvidenceContender[], baseline: string): string[] {
  const told = contenders.flatMap((contender) => {
    const signs = signsOf(contender.runs);
    return signs === undefined ? [] : [{ contender, signs }];
  });
  if (told.length === 0) return [];
  const over = ({ mean, deviation }: Spread, written: (value: number) => string) => `${written(mean)}${deviation === undefined ? '' : ` ± ${written(deviation)}`}`;
  const rows = told.map(({ contender: { student, arm }, signs: { beamAdds, goldPerplexity, modeMass } }) => [
    student, student === arm ? '' : arm, over(beamAdds, (value) => value.toFixed(2)), over(goldPerplexity, (value) => value.toFixed(2)), over(modeMass, (value) => (100 * value).toFixed(1)),
  ]);
  const words = told.flatMap(({ contender, signs }) => {
    const base = told.find(({ contender: { student, arm } }) => student === contender.student && arm === baseline);
    return base === undefined || base.signs === signs ? [] : [appearing(contender, signs, base.signs, baseline)];
  });
  return [[markdownTable(['student', 'arm', 'a beam adds, BLEU', 'perplexity of the references', 'mass on its greedy translation %'], rows), ...(words.length === 0 ? [] : [words.join('\n')])].join('\n\n')];
}

function signsOf(runs: readonly Evidence[]): Signs | undefined {
  const all = runs.flatMap(({ translation, tests }) => {
    const [greedy, beam] = [tests[0], tests.at(-1)].map((test) => test?.scores.bleu);
    return translation === undefined || greedy === undefined || beam === undefined ? [] : [{ ...translation, beamAdds: beam - greedy }];
  });
  if (all.length < runs.length) return undefined;
  const over = (of: (one: (typeof all)[number]) => number) => spread(all.map(of));
  return { beamAdds: over((one) => one.beamAdds), goldPerplexity: over((one) => one.goldPerplexity), modeMass: over((one) => one.modeMass) };
}

function appearing({ student, arm, tests }: EvidenceContender, own: Signs, base: Signs, baseline: string): string {
  const gain = tests[0]?.difference;
  const times = own.modeMass.mean / base.modeMass.mean;
  const signatures = [
    [gain !== undefined && gain.mean > 0 && (gain.interval?.[0] ?? 0) > 0, `greedy search gains ${(gain?.mean ?? 0).toFixed(2)}`],
    [own.beamAdds.mean < base.beamAdds.mean, `a beam adds ${own.beamAdds.mean.toFixed(2)} where it added ${base.beamAdds.mean.toFixed(2)}`],
    [own.goldPerplexity.mean > base.goldPerplexity.mean, `the references' perplexity goes from ${base.goldPerplexity.mean.toFixed(2)} to ${own.goldPerplexity.mean.toFixed(2)}`],
    [own.modeMass.mean > base.modeMass.mean, `the mass on its greedy translation is ${times.toFixed(1)} times that`],
  ] as const;
  const listed = (wanted: boolean) => signatures.filter(([appears]) => appears === wanted).map(([, words]) => words).join(', ');
  const [shown, absent] = [listed(true), listed(false)];
  return `${student} ${arm} against ${baseline}: ${shown === '' ? 'no signature appears' : `${shown} (as the paper's sequence level)`}${absent === '' ? '' : `; unlike it: ${absent}`}.`;
}
