/** Perplexity of a text under a model: e to the mean negative log-probability of its tokens. Which tokens count is the caller's choice. */

/** `logProbs`: nats, one per token of all sentences. Throws an Error where there are none, or one is no log-probability. */
export function perplexity(logProbs: Iterable<number>): number {
  let [sum, tokens] = [0, 0];
  for (const logProb of logProbs) {
    if (!(logProb <= 1e-6)) throw new Error(`token ${tokens + 1} has the log-probability ${logProb}: none is above 0`);
    sum += logProb;
    tokens += 1;
  }
  if (tokens === 0) throw new Error('there is no token to take the perplexity of');
  return Math.exp(-sum / tokens);
}
