/**
 * The beams of one sentence, on the host: which continuations run on, which are finished, and when no better one can come. The rules are
 * those of transformers' `generate`, early stopping in its three forms. No tensors here.
 */
import { extend, type Hypothesis, type Path, unrolled } from './path.ts';

export interface BeamOptions {
  /** Beams of a sentence. */
  readonly beams: number;
  /** Finished translations are compared by sum / tokens^lengthPenalty: above 0 favours long ones. Default 1. */
  readonly lengthPenalty?: number;
  /**
   * When a sentence with as many finished translations as beams is done. true: at once. false (default): when the best running beam, at
   * its length, is no better than the worst finished one. 'never': when it could not be at any length, as far as can be told.
   */
  readonly earlyStopping?: boolean | 'never';
}

export interface Ends {
  readonly eosIds: readonly number[];
  readonly maxNewTokens: number;
}

/** What may follow a running beam, best first. */
export interface Continuations {
  readonly tokens: ArrayLike<number>;
  readonly logProbs: ArrayLike<number>;
}

interface Beam {
  readonly path: Path | undefined;
  /** Of the log-probabilities. */
  readonly sum: number;
}

interface Finished {
  readonly path: Path;
  readonly score: number;
  readonly ended: boolean;
}

/** Candidates that must be known so that enough of them do not end. */
export const candidatesOf = (beams: number, { eosIds }: Ends): number => Math.max(2, eosIds.length + 1) * beams;

export class SentenceBeams {
  readonly #options: Required<BeamOptions>;
  readonly #ends: Ends;
  #running: readonly Beam[] = [{ path: undefined, sum: 0 }];
  #finished: readonly Finished[] = [];

  constructor({ beams, lengthPenalty = 1, earlyStopping = false }: BeamOptions, ends: Ends) {
    this.#options = { beams, lengthPenalty, earlyStopping };
    this.#ends = ends;
  }

  /** Best first; empty once the sentence is done. */
  get running(): readonly (Path | undefined)[] {
    return this.#running.map(({ path }) => path);
  }

  /**
   * Takes the next step.
   * @param continuations of each running beam, in order: its best, at least `candidatesOf` or all there are.
   * @returns for each beam that runs now, which of those before it continues.
   */
  advance(continuations: readonly Continuations[]): number[] {
    const { beams, lengthPenalty } = this.#options;
    const candidates = this.#candidates(continuations);
    const length = (this.#running[0]?.path?.length ?? 0) + 1;
    const isLast = length === this.#ends.maxNewTokens;
    const stops = (token: number): boolean => isLast || this.#ends.eosIds.includes(token);

    const ended = candidates.slice(0, beams).filter(({ token }) => stops(token)).map(({ from, token, logProb, sum }): Finished => ({
      path: extend(this.#running[from]!.path, token, logProb), score: sum / length ** lengthPenalty, ended: this.#ends.eosIds.includes(token),
    }));
    this.#finished = [...this.#finished, ...ended].sort((a, b) => b.score - a.score).slice(0, beams);
    const next = candidates.filter(({ token }) => !stops(token)).slice(0, beams);
    const running = next.map(({ from, token, logProb, sum }) => ({ path: extend(this.#running[from]!.path, token, logProb), sum }));
    const done = this.#isDone(running[0]?.sum, length);
    this.#running = done ? [] : running;
    return done ? [] : next.map(({ from }) => from);
  }

  /** Best first, at most as many as beams; fewer where the constraints left no more. */
  hypotheses(): Hypothesis[] {
    return this.#finished.map(({ path, score, ended }) => ({ ...unrolled(path), score, finished: ended }));
  }

  /** Ties go to the better beam, then to the token that comes first. */
  #candidates(continuations: readonly Continuations[]): { from: number; token: number; logProb: number; sum: number }[] {
    const all = continuations.flatMap(({ tokens, logProbs }, from) =>
      Array.from(tokens, (token, at) => {
        const logProb = logProbs[at]!;
        return { from, token, logProb, sum: this.#running[from]!.sum + logProb };
      }).filter(({ sum }) => sum > -Infinity),
    );
    return all.sort((a, b) => b.sum - a.sum).slice(0, candidatesOf(this.#options.beams, this.#ends));
  }

  /** @param best sum of the best running beam. */
  #isDone(best: number | undefined, length: number): boolean {
    const { beams, lengthPenalty, earlyStopping } = this.#options;
    if (best === undefined) return true;
    if (this.#finished.length < beams) return false;
    if (earlyStopping === true) return true;
    const hoped = earlyStopping === 'never' && lengthPenalty > 0 ? this.#ends.maxNewTokens : length;
    return best / hoped ** lengthPenalty <= this.#finished.at(-1)!.score;
  }
}
