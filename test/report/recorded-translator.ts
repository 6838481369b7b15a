/** A recorded run of a translator that was never made, for tests of what is done with such. */
import { corpusBleu } from '../../src/evaluate/bleu.ts';
import { packBleu } from '../../src/report/evidence-bleu.ts';
import type { Evidence } from '../../src/report/evidence-file.ts';
import { recordedRun } from './recorded-run.ts';

const sentences = Array.from({ length: 60 }, (_, row) => Array.from({ length: 6 + (row % 5) }, (_word, at) => `w${(row * 5 + at * 3) % 31}`).join(' '));

/** Each `every`-th sentence with its last words gone wrong. */
function wrongly(every: number): string[] {
  return sentences.map((sentence, row) => (row % every === 0 ? sentence.replace(/\S+ \S+$/, 'x y') : sentence));
}

export interface RecordedTranslatorRun {
  readonly student?: string;
  readonly arm?: string;
  readonly seed?: number;
  /** Of how many sentences one is wrong, greedy and by the beam. */
  readonly greedy?: number;
  readonly beam?: number;
  readonly goldPerplexity?: number;
  readonly modeMass?: number;
}

export function recordedTranslator({ student = 'small', arm = 'alone', seed = 1, greedy = 2, beam = 3, goldPerplexity = 5, modeMass = 0.02 }: RecordedTranslatorRun = {}): Evidence {
  const tested = (name: string, every: number) => {
    const bleu = corpusBleu(wrongly(every), sentences).score;
    return { name, sha256: 'f'.repeat(64), examples: sentences.length, metric: 'bleu' as const, scores: { bleu, chrf: 50 }, chance: 0, bleuCounts: packBleu(wrongly(every), sentences) };
  };
  return { ...recordedRun({ student, arm, seed }), translation: { signature: 'nrefs:1|tok:13a', goldPerplexity, modeMass }, tests: [tested('greedy', greedy), tested('beam-5', beam)] };
}
