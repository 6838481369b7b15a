/**
 * A smaller sentence embedder: layers cut from an embedding model learn what it makes of texts, by squares (Reimers & Gurevych 2020), by cosines, and by
 * distances and angles between texts (RKD, Park et al. 2019). STS-B scores them: how well cosines rank pairs as people do. No label is learned from.
 *
 *   retort run recipes/sentence-embedder.ts --set glue=FOLDER --set encoder=FOLDER --set precision=bf16
 *
 * `glue` holds STS-B, whose training sentences are read (`--set text=FILE` adds more, one a line); `encoder` is an embedder that takes the mean of its
 * tokens, as all-MiniLM-L6-v2. Each student is a folder for sentence-transformers and for transformers.js' 'feature-extraction'.
 */
import {
  cutStudent, defineRecipe, encodeCorpus, encodeSentencePairs, engineSettings, liveTeacher, loadModel, loadTokenizer, makeCorpus, modelFingerprint, type Objective, openGlue, openTexts, readSentenceSettings,
  rkdAngle, rkdDistance, sentenceEmbedding, similarityScores, trainDefaults, trainEmbedder, weighted,
} from 'retort-distill';
import { z } from 'zod';

const ways: Readonly<Record<'squares' | 'cosine' | 'rkd', () => Objective>> = {
  squares: () => sentenceEmbedding({ distance: 'squares' }),
  cosine: () => sentenceEmbedding({ distance: 'cosine' }),
  rkd: () => weighted([[25, rkdDistance({ embedding: 'mean' })], [50, rkdAngle({ embedding: 'mean' })]]), // the paper's weights
};

export default defineRecipe({
  name: 'sentence-embedder',
  summary: 'a smaller sentence embedder from an embedding model: squares, cosines, relations; STS-B by Spearman',
  settings: z.strictObject({
    ...engineSettings,
    glue: z.string(), encoder: z.string(), text: z.string().optional(),
    ways: z.array(z.enum(['squares', 'cosine', 'rkd'])).min(1).default(['squares', 'cosine', 'rkd']),
    /** Encoder layers the student keeps, from 0. */
    layers: z.array(z.int().nonnegative()).min(1).default([1, 3, 5]),
    seed: z.int().nonnegative().default(1), steps: z.int().positive().default(1000), rows: z.int().positive().default(32), learningRate: z.number().positive().default(1e-4), maxTokens: z.int().positive().default(128),
  }),

  async run(settings, run) {
    await run.useEngine(settings);
    const { seed, steps, rows, learningRate, layers } = settings;
    const tokenizer = await loadTokenizer(settings.encoder);
    const { normalize, maxTokens: most } = (await readSentenceSettings(settings.encoder)) ?? { normalize: true, maxTokens: settings.maxTokens };
    const maxTokens = Math.min(most, settings.maxTokens);
    const { examples } = await openGlue(settings.glue, 'STS-B', 'train');
    const more = settings.text === undefined ? [] : (await openTexts(settings.text)).examples;
    const texts = [...new Set([...examples.flatMap(({ text, pair }) => [text, pair ?? text]), ...more.map(({ text }) => text)])];
    const corpus = await encodeCorpus(makeCorpus(texts.map((text, row) => ({ id: `text-${row + 1}`, text })), { name: 'sentences', split: 'train' }), tokenizer, { maxTokens });
    const dev = await encodeSentencePairs(await openGlue(settings.glue, 'STS-B', 'dev'), tokenizer, { maxTokens });

    const { model: whole } = await loadModel(settings.encoder, { task: 'none' });
    const told = ({ spearman, pearson }: { spearman: number; pearson: number }) => `Spearman ${spearman.toFixed(4)}, Pearson ${pearson.toFixed(4)}`;
    run.say(`${texts.length.toLocaleString('en')} texts; ${dev.scores.length.toLocaleString('en')} pairs of STS-B's dev split\nteacher: ${told(await similarityScores(whole, dev))}`);
    const from = await modelFingerprint(whole);
    for (const way of settings.ways) {
      const { name, before, scores, model } = await trainEmbedder(run, `by ${way}, seed ${seed}`, {
        origin: { from, layers, seed }, start: async () => (await cutStudent(whole, { layers })).model,
        objective: ways[way](), teacher: liveTeacher(whole, { name: `embedder ${from}` }), corpus, dev, tokenizer, sentence: { normalize, maxTokens },
        settings: { ...trainDefaults, seed, steps, rows, learningRate, warmupSteps: Math.ceil(steps / 20), evaluateEvery: Math.ceil(steps / 4) }, story: `Layers ${layers.join(', ')} of an embedder, taught by ${way}.`,
      });
      run.say(`${name}: ${told(scores)} (before: ${told(before)}); ${model}`);
    }
    whole.dispose();
  },
});
