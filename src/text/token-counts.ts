// How often each token stands in a tokenised corpus, for draws that favour rare ones. Read in parts, so that it need not fit in memory.
import { exampleCount, sliceRows, type TokenisedCorpus } from './tokenised-corpus.ts';

const partRows = 4096;

/** [V] counts by id, special tokens too. Throws an Error for a token beyond the vocabulary. */
export async function tokenCounts(corpus: TokenisedCorpus, { vocabulary }: { readonly vocabulary: number }): Promise<Float64Array> {
  const counts = new Float64Array(vocabulary);
  for (let begin = 0; begin < exampleCount(corpus); begin += partRows) {
    const { ids } = await sliceRows(corpus, begin, Math.min(begin + partRows, exampleCount(corpus)));
    for (const id of ids) {
      if (id < 0 || id >= vocabulary) throw new Error(`token ${id} is none of the ${vocabulary} of the vocabulary; the corpus was tokenised with another tokenizer`);
      counts[id] = (counts[id] ?? 0) + 1;
    }
  }
  return counts;
}
