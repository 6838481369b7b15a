/**
 * Many encoded sources through a translator: in batches of like length under a budget of tokens, each put back in its place, and what the
 * translator says of them held to be sound. It knows no corpus and stores nothing.
 */
import { printable } from '../storage/quoted.ts';
import type { Translation, Translator } from './translator.ts';

export interface TranslateSourcesOptions {
  /** Of each source, for messages. */
  readonly ids: readonly string[];
  /** Source tokens of a batch at most, padding counted; one source goes alone if it must. Default 4096. */
  readonly batchTokens?: number;
  /** Hears after each batch: sources in it, tokens written (of all translations), and sources done so far. */
  readonly hear?: (rows: number, tokens: number, done: number) => void;
  /** Stops between batches. */
  readonly signal?: AbortSignal | undefined;
}

/** @returns of each source its translations, best first; none of a source that is longer than the translator reads: whoever calls says so. */
export async function translateSources(translator: Translator, encoded: readonly Int32Array[], { ids, batchTokens = 4096, hear, signal }: TranslateSourcesOptions): Promise<Translation[][]> {
  const { name, maxTokens } = translator;
  const found = encoded.map((): Translation[] => []);
  let done = encoded.filter(({ length }) => length > maxTokens).length;
  for (const rows of batchesOf(encoded, { batchTokens, maxTokens })) {
    signal?.throwIfAborted();
    const translations = await translator.translate(rows.map((row) => encoded[row]!));
    if (translations.length !== rows.length) throw new Error(`${name} gave the translations of ${translations.length} sources where ${rows.length} were asked for`);
    for (const [i, own] of translations.entries()) {
      const row = rows[i]!;
      requireSound(name, ids[row] ?? String(row), own);
      found[row] = own;
    }
    done += rows.length;
    hear?.(rows.length, translations.flat().reduce((sum, { tokens }) => sum + tokens.length, 0), done);
    await new Promise((resume) => setImmediate(resume)); // lets Ctrl-C and the progress line through
  }
  return found;
}

/** Rows that are translated together, longest first, so that memory runs out at once or never. */
function batchesOf(encoded: readonly Int32Array[], { batchTokens, maxTokens }: { batchTokens: number; maxTokens: number }): number[][] {
  const lengthOf = (row: number) => encoded[row]?.length ?? 0;
  const order = [...encoded.keys()].filter((row) => lengthOf(row) <= maxTokens).sort((a, b) => lengthOf(b) - lengthOf(a) || a - b);
  const batches: number[][] = [];
  for (let at = 0; at < order.length; ) {
    const rows = Math.max(1, Math.floor(batchTokens / Math.max(1, lengthOf(order[at]!))));
    batches.push(order.slice(at, at + rows));
    at += rows;
  }
  return batches;
}

function requireSound(name: string, id: string, translations: readonly Translation[]): void {
  if (translations.length === 0) throw new Error(`${name} gave no translation of example ${printable(id)}`);
  const worse = translations.findIndex(({ score }, i) => i > 0 && !(score <= translations[i - 1]!.score));
  const odd = translations.find(({ logProb, score }) => !Number.isFinite(logProb) || !Number.isFinite(score));
  if (odd !== undefined) throw new Error(`${name} scored a translation of example ${printable(id)} with ${odd.score} (log-probability ${odd.logProb}): its weights or its numbers are not sound`);
  if (worse >= 0) throw new Error(`${name} gave translations of example ${printable(id)} out of order: number ${worse + 1} is better than the one before`);
}
