/** What has been written so far, as a chain from the last token backwards: continuations share what came before them. */

export interface Path {
  readonly token: number;
  /** Of the token when it was chosen: what the search added up. */
  readonly logProb: number;
  /** Tokens of the chain, this one included. */
  readonly length: number;
  /** Absent: this token is the first after the start token. */
  readonly before: Path | undefined;
}

export function extend(before: Path | undefined, token: number, logProb: number): Path {
  return { token, logProb, length: (before?.length ?? 0) + 1, before };
}

/** The tokens and their log-probabilities, first to last. */
export function unrolled(path: Path | undefined): { tokens: Int32Array; logProbs: Float32Array } {
  const tokens = new Int32Array(path?.length ?? 0);
  const logProbs = new Float32Array(tokens.length);
  for (let at = path; at !== undefined; at = at.before) {
    tokens[at.length - 1] = at.token;
    logProbs[at.length - 1] = at.logProb;
  }
  return { tokens, logProbs };
}

/** A translation as a search gives it. */
export interface Hypothesis {
  /** Without the start token; with the end token, where it ended by itself. */
  readonly tokens: Int32Array;
  /** Nats, one per token, under the constraints of the search. */
  readonly logProbs: Float32Array;
  /** Sum of the log-probabilities / tokens^lengthPenalty. */
  readonly score: number;
  /** False: cut off at `maxNewTokens`. */
  readonly finished: boolean;
}
