/**
 * Systems that translated one test set, side by side: BLEU and chrF with intervals over the sentences, perplexity, speed; as a table for
 * people, and how sure the first is to be better or worse than each other one (Koehn 2004).
 */
import { randomKey } from '../../engine/random.ts';
import { corpusBleu } from '../../evaluate/bleu.ts';
import type { PairedBootstrap } from '../../evaluate/paired-bootstrap.ts';
import { translationDifference, translationInterval, type TranslationScores, translationScores } from '../../evaluate/translation-scores.ts';
import { formatTable } from '../../report/table.ts';
import { formatBytes, formatCount, formatDecimal } from '../../report/units.ts';
import type { Judgement, Written } from './judgement.ts';

/** Draws of the bootstrap: the third digit of an interval is not its to say. */
const resamples = 1000;

export interface System {
  readonly name: string;
  /** Absent of a file of translations. */
  readonly judgement?: Judgement;
  /** What it is scored by: its beams' where there are any. */
  readonly translations: readonly string[];
}

export type Figure = { readonly score: number; readonly interval: readonly [low: number, high: number] };

export interface ScoredSystem {
  readonly name: string;
  readonly bleu: Figure;
  readonly chrf: Figure;
  readonly signatures: TranslationScores['signatures'];
  /** BLEU of greedy search, where beams are what is scored. */
  readonly greedyBleu?: number;
  readonly perplexity?: number;
  readonly parameters?: number;
  readonly bytes?: number;
  readonly speed?: { readonly greedy: Speed; readonly beam?: Speed };
}

type Speed = Omit<Written, 'translations'>;

export interface SystemDifference {
  readonly better: string;
  readonly than: string;
  readonly bleu: PairedBootstrap;
  readonly chrf: PairedBootstrap;
}

export interface ScoredSystems {
  readonly systems: readonly ScoredSystem[];
  /** The first minus each of the others. */
  readonly differences: readonly SystemDifference[];
  readonly resamples: number;
}

export function systemOf(name: string, judgement: Judgement): System {
  return { name, judgement, translations: (judgement.beam ?? judgement.greedy).translations };
}

/** `references[i]` is that of sentence i. */
export function scoreSystems(systems: readonly [System, ...System[]], references: readonly string[]): ScoredSystems {
  const key = randomKey(1, 'bootstrap');
  const scored = systems.map((system) => ({ system, scores: translationScores(system.translations, references) }));
  const figure = (scores: TranslationScores, metric: 'bleu' | 'chrf'): Figure => ({ score: metric === 'bleu' ? scores.bleu.score : scores.chrf, interval: translationInterval(scores, { metric, key, resamples }).interval });
  const [first] = scored;
  return {
    systems: scored.map(({ system: { name, judgement }, scores }) => ({
      name, bleu: figure(scores, 'bleu'), chrf: figure(scores, 'chrf'), signatures: scores.signatures,
      ...(judgement && {
        ...(judgement.beam && { greedyBleu: corpusBleu(judgement.greedy.translations, references).score }),
        perplexity: judgement.perplexity, parameters: judgement.parameters, bytes: judgement.bytes,
        speed: { greedy: speedOf(judgement.greedy), ...(judgement.beam && { beam: speedOf(judgement.beam) }) },
      }),
    })),
    differences: scored.slice(1).map(({ system, scores }) => {
      const difference = (metric: 'bleu' | 'chrf') => translationDifference(first!.scores, scores, { metric, key, resamples });
      return { better: first!.system.name, than: system.name, bleu: difference('bleu'), chrf: difference('chrf') };
    }),
    resamples,
  };
}

const speedOf = ({ translations: _translations, ...speed }: Written): Speed => speed;

/** Table, differences and signatures, for people. */
export function systemsText({ systems, differences }: ScoredSystems, sentences: number): string {
  const headers = ['model', 'parameters', 'size', 'BLEU', '95 %', 'greedy', 'chrF', '95 %', 'perplexity', 'sentences/s', 'tokens/s', 'beams'];
  const rows = systems.map(({ name, bleu, chrf, greedyBleu, perplexity, parameters, bytes, speed }) => {
    const own = speed?.beam ?? speed?.greedy;
    return [
      name, shown(parameters, formatCount), shown(bytes, formatBytes), bleu.score.toFixed(2), range(bleu), shown(greedyBleu, (value) => value.toFixed(2)), chrf.score.toFixed(2), range(chrf),
      shown(perplexity, formatDecimal), shown(own?.sentencesPerSecond, formatDecimal), shown(own?.tokensPerSecond, formatCount), shown(own?.beams, String),
    ];
  });
  const [first] = systems;
  return [
    formatTable(headers, rows),
    '',
    ...differences.map(({ better, than, bleu, chrf }) => `${better} minus ${than}: BLEU ${differenceText(bleu)}, chrF ${differenceText(chrf)}`),
    `BLEU|${first?.signatures.bleu ?? ''}`,
    `chrF2|${first?.signatures.chrf ?? ''}`,
    `95 % intervals from ${formatCount(resamples)} draws of the ${formatCount(sentences)} sentences`,
  ].join('\n');
}

function shown<T>(value: T | undefined, show: (value: T) => string): string {
  return value === undefined ? '–' : show(value);
}

const range = ({ interval: [low, high] }: Pick<Figure, 'interval'>): string => `${low.toFixed(1)} to ${high.toFixed(1)}`;

function differenceText({ difference, interval: [low, high] }: PairedBootstrap): string {
  const signed = (value: number) => `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(2)}`;
  return `${signed(difference)} [${signed(low)}, ${signed(high)}]${low <= 0 && high >= 0 ? ', which may be chance' : ''}`;
}
