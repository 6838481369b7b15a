// The program of a process whose memory is measured: tokenises a corpus file into a cache (or, with `memory`, in memory), deals training
// batches from it and walks through all of it in slices, as labelling does. Prints what it saw and its largest resident set, in bytes.
import { createHash } from 'node:crypto';
import { trainingBatches } from '../../src/text/batches.ts';
import { encodeCorpus } from '../../src/text/encoded-corpus.ts';
import { openTextFile, streamTextFile } from '../../src/text/text-file.ts';
import { tokenise } from '../../src/text/token-cache.ts';
import { exampleCount, sliceRows, type TokenisedCorpus } from '../../src/text/tokenised-corpus.ts';
import { Tokenizer } from '../../src/text/tokenizer.ts';

export interface Seen {
  readonly examples: number;
  /** Of the token ids of every slice, and of the ids in some training batches. */
  readonly digest: string;
  readonly largestRss: number;
}

const [path = '', cache = '', way = ''] = process.argv.slice(2);
const options = { text: 'text', label: 'label', split: 's' } as const;
// Whole words between spaces: the cheapest tokenizer there is, since the time goes into the rows.
const definition = { model: { type: 'WordLevel', vocab: { '[PAD]': 0, '[UNK]': 1, a: 2, b: 3, c: 4 }, unk_token: '[UNK]' }, pre_tokenizer: { type: 'WhitespaceSplit' }, added_tokens: [] };
const tokenizer = new Tokenizer(definition, { specialTokens: { pad: '[PAD]' }, published: {} });
let corpus: TokenisedCorpus;
if (way === 'memory') {
  const read = await openTextFile(path, options);
  corpus = await encodeCorpus(read, tokenizer, { maxTokens: 24, ...(read.labels && { labels: read.labels }) });
} else {
  const read = await streamTextFile(path, options);
  corpus = await tokenise(read, tokenizer, { maxTokens: 24, cache, shardTokens: 200_000, ...(read.labels && { labels: read.labels }) });
}
const digest = createHash('sha256');
const batches = trainingBatches(corpus, { seed: 1, rows: 32, padId: tokenizer.padId });
for (let step = 0; step < 100; step++) digest.update((await batches.next()).value.exampleIds.join());
for (let begin = 0; begin < exampleCount(corpus); begin += 4096) digest.update((await sliceRows(corpus, begin, Math.min(begin + 4096, exampleCount(corpus)))).ids);
const seen: Seen = { examples: exampleCount(corpus), digest: digest.digest('hex'), largestRss: process.resourceUsage().maxRSS * 1024 };
process.stdout.write(JSON.stringify(seen));
