/**
 * How well embeddings tell how alike two sentences are: the cosine of their embeddings against people's scores, by rank (Spearman), as
 * STS-B is scored for embedders (Reimers & Gurevych 2019, section 4.1), and by Pearson. Only the embeddings speak: nothing is trained here.
 */
import { upload } from '../engine/batch.ts';
import * as tf from '../engine/tf.ts';
import type { ModelFacts } from '../models/facts.ts';
import type { Model } from '../models/model.ts';
import { evaluationBatches } from '../text/batches.ts';
import { type Corpus, makeCorpus } from '../text/corpus.ts';
import { encodeCorpus, type EncodedCorpus } from '../text/encoded-corpus.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import { pearson, spearman } from './correlation.ts';

export interface SentencePairs {
  /** First and second sentences, row by row. */
  readonly first: EncodedCorpus;
  readonly second: EncodedCorpus;
  /** How alike people find them; one for each pair. */
  readonly scores: ArrayLike<number>;
}

export interface SimilarityScores {
  readonly spearman: number;
  readonly pearson: number;
}

/** Texts and their partners, each encoded by itself, as embedders read them. @throws naming the example that has no partner. */
export async function encodeSentencePairs({ examples, name, split }: Corpus, tokenizer: Tokenizer, { maxTokens }: { readonly maxTokens: number }): Promise<SentencePairs> {
  const alone = async (texts: readonly (string | undefined)[], side: string) => {
    const rows = texts.map((text, row) => ({ id: examples[row]?.id ?? String(row), text }));
    const missing = rows.find(({ text }) => text === undefined);
    if (missing !== undefined) throw new Error(`${name} (${split}): the example ${missing.id} is no pair of texts`);
    return encodeCorpus(makeCorpus(rows.map(({ id, text = '' }) => ({ id, text })), { name, split: `${split}, ${side}` }), tokenizer, { maxTokens });
  };
  const [first, second] = [await alone(examples.map(({ text }) => text), 'first'), await alone(examples.map(({ pair }) => pair), 'second')];
  return { first, second, scores: examples.map(({ label }) => (typeof label === 'number' ? label : NaN)) };
}

/** Cosines of the embeddings against the scores. @throws where the three are not equally many, or a score is missing. */
export async function similarityScores(model: Model<ModelFacts>, { first, second, scores }: SentencePairs, options: { rows?: number } = {}): Promise<SimilarityScores> {
  const count = first.exampleIds.length;
  if (second.exampleIds.length !== count || scores.length !== count) throw new Error(`${count} first sentences, ${second.exampleIds.length} second ones and ${scores.length} scores are no pairs`);
  const missing = Array.from(scores).findIndex(Number.isNaN);
  if (missing >= 0) throw new Error(`the pair ${first.exampleIds[missing] ?? missing} has no score`);
  const cosines = pairCosines(await embeddingsOf(model, first, options), await embeddingsOf(model, second, options), model.config.width);
  return { spearman: spearman(cosines, scores), pearson: pearson(cosines, scores) };
}

/** [N, H] row by row, in the corpus's order, not normalised. */
export async function embeddingsOf(model: Model<ModelFacts>, corpus: EncodedCorpus, { rows = 64 }: { rows?: number } = {}): Promise<Float32Array> {
  const { width, padId } = model.config;
  const embeddings = new Float32Array(corpus.exampleIds.length * width);
  for (const host of evaluationBatches(corpus, { rows, padId })) {
    const batch = upload(host);
    const said = tf.tidy(() => model.forward(batch, { sentence: true }).sentence);
    const values = (await said.data()) as Float32Array;
    host.order.forEach((row, place) => embeddings.set(values.subarray(place * width, (place + 1) * width), row * width));
    said.dispose();
    batch.dispose();
  }
  return embeddings;
}

/** The cosine of each row of `a` [N, H] with that of `b`; 0 where one is the zero vector. */
export function pairCosines(a: Float32Array, b: Float32Array, width: number): Float64Array {
  return Float64Array.from({ length: a.length / width }, (_, row) => {
    let [dot, ofA, ofB] = [0, 0, 0];
    for (let i = row * width; i < (row + 1) * width; i++) {
      const [x, y] = [a[i] ?? 0, b[i] ?? 0];
      dot += x * y;
      ofA += x * x;
      ofB += y * y;
    }
    return ofA === 0 || ofB === 0 ? 0 : dot / Math.sqrt(ofA * ofB);
  });
}
