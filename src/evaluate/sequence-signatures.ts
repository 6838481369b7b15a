/**
 * What sequence-level distillation leaves behind in a student, by which a reproduction is known (Kim & Rush 2016, table 1 and section 5): greedy
 * search gains most, the gap between beam and greedy closes, the references become less likely, and the student's mass lies on few translations.
 * Numbers in, numbers out: nothing is decoded here.
 */
import { perplexity } from './perplexity.ts';

export interface SequenceMeasures {
  /** Of the same test set: BLEU with one beam and with several. */
  readonly greedyBleu: number;
  readonly beamBleu: number;
  /** log p of every token of the references, end tokens counted, in nats. */
  readonly goldLogProbs: Iterable<number>;
  /**
   * log p(ŷ|x) of one translation of each source, in nats. The paper takes what the model itself writes with greedy search; the teacher's
   * translations say how much of the teacher's mode was learned. Both systems must be asked the same.
   */
  readonly modeLogProbs: Iterable<number>;
}

export interface SequenceSignatures {
  /** BLEU points by which greedy search is better than the baseline's. */
  readonly greedyGain: number;
  /** BLEU points that a beam adds, in each. */
  readonly beamGap: { readonly student: number; readonly baseline: number };
  /** Of the references: expected to rise. */
  readonly goldPerplexity: { readonly student: number; readonly baseline: number };
  /** Mean probability of a whole translation, 0..1: expected to rise manifold. */
  readonly modeMass: { readonly student: number; readonly baseline: number };
}

/** @param baseline the same student trained on the references. */
export function sequenceSignatures(student: SequenceMeasures, baseline: SequenceMeasures): SequenceSignatures {
  const both = <T>(of: (measures: SequenceMeasures) => T) => ({ student: of(student), baseline: of(baseline) });
  return {
    greedyGain: student.greedyBleu - baseline.greedyBleu,
    beamGap: both(({ beamBleu, greedyBleu }) => beamBleu - greedyBleu),
    goldPerplexity: both(({ goldLogProbs }) => perplexity(goldLogProbs)),
    modeMass: both(({ modeLogProbs }) => modeMass(modeLogProbs)),
  };
}

/** The mean over sources of e^log p(ŷ|x). @throws where there is none, or one is no log-probability. */
export function modeMass(logProbs: Iterable<number>): number {
  let [sum, count] = [0, 0];
  for (const logProb of logProbs) {
    count += 1;
    if (!(logProb <= 1e-6)) throw new Error(`translation ${count} has the log-probability ${logProb}: none is above 0`);
    sum += Math.exp(logProb);
  }
  if (count === 0) throw new Error('there is no translation to take the probability of');
  return sum / count;
}
