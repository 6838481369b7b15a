/**
 * DistilBERT's pre-training in small (Sanh et al. 2019): an encoder with a fresh, tied masked-LM head is adapted to books, then teaches a cut
 * of its layers: with the triple loss, from random weights, and without distillation. Each is fine-tuned on SST-2, beside a cut that read no books.
 *
 *   retort run recipes/distilbert-pretrain.ts --set text=BOOKS.txt --set heldOut=MORE.txt --set glue=FOLDER --set encoder=FOLDER --set precision=bf16
 *
 * `text` and `heldOut` are plain text, one paragraph a line (.gz is read); `glue` and `encoder` as in sst2-soft-labels.ts. Each fine-tuned model is
 * recorded in recipes/results/books-distilbert, with the masked-LM loss it had reached.
 */
import {
  cutStudent, defineRecipe, distilbert, encodeSplits, engineSettings, firstExamples, freshModel, hardLabels, liveTeacher, loadModel, type LoadOptions, loadTokenizer, maskedLmText, type Model,
  modelFingerprint, once, openEvidence, openGlueSplits, openRunningText, recordPretraining, tokenCounts, trainDefaults, wordMasking,
} from 'retort-distill';
import { z } from 'zod';

const steps = z.int().positive();
/** The authors' weights. */
const triple = { temperature: 2, weights: { soft: 5, masked: 2, cosine: 1 } };

export default defineRecipe({
  name: 'distilbert-pretrain',
  summary: 'masked-LM pre-training under a teacher: the triple loss, random weights, no distillation; then SST-2, as recorded evidence',
  settings: z.strictObject({
    ...engineSettings,
    text: z.string(), heldOut: z.string(), glue: z.string(), encoder: z.string(),
    /** Name and folder of the record; a run of it whose first steps to check, as 'cut-3x384-no-books-seed1'. */
    record: z.string().default('books-distilbert'), results: z.string().default('recipes/results'), check: z.string().optional(),
    /** Encoder layers the student keeps, from 0; the seed of pre-training, and those of the fine-tunings that follow each. */
    layers: z.array(z.int().nonnegative()).min(1).default([1, 3, 5]),
    seed: z.int().nonnegative().default(1), seeds: z.array(z.int().nonnegative()).min(1).default([1, 2, 3]), adaptSteps: steps.default(1000), steps: steps.default(1000),
    /** Blocks of `maxTokens` per update, in `accumulation` parts. */
    rows: steps.default(32), accumulation: steps.default(1), maxTokens: steps.default(128),
    learningRate: z.number().positive().default(5e-4), smoothing: z.number().min(0).default(0.7), examples: steps.default(67_349), fineTuneSteps: steps.default(1800), fineTuneRate: z.number().positive().default(5e-5),
  }),

  async run(settings, run) {
    await run.useEngine(settings);
    const { seed, rows, accumulation, maxTokens, smoothing, layers } = settings;
    const tokenizer = await loadTokenizer(settings.encoder);
    const read = (path: string) => openRunningText(path, tokenizer, { maxTokens, cache: `${run.folder}/tokens` });
    const [corpus, heldOut] = [await read(settings.text), await read(settings.heldOut)];
    const masking = wordMasking(tokenizer, { counts: await tokenCounts(corpus, { vocabulary: tokenizer.vocabularySize }), smoothing });
    const lesson = (length: number, learningRate: number, own = seed) => ({ ...trainDefaults, seed: own, steps: length, learningRate, warmupSteps: Math.ceil(length / 20), checkpointEvery: 100 });
    const pretraining = (length: number) => ({ corpus, heldOut, masking, tokenizer, settings: { ...lesson(length, settings.learningRate), beta2: 0.98, epsilon: 1e-6, maxGradientNorm: 5, weightDecay: 0, rows, accumulation } });
    const load = async (folder: string, options: LoadOptions = {}) => (await loadModel(folder, { seed, ...options })).model;
    const cut = async (whole: Model) => cutStudent(whole, { layers }).then(({ model }) => (whole.dispose(), model));
    const bare = await load(settings.encoder);
    const [cutFrom, { width }] = [await modelFingerprint(bare), bare.config];
    bare.dispose();
    const adapted = once(() => recordPretraining(run, `encoder, seed ${seed}`, { ...pretraining(settings.adaptSteps), origin: { cutFrom, seed }, start: () => load(settings.encoder, { task: 'masked-lm' }), story: 'An encoder with a fresh masked-LM head, adapted to running text.' }));
    const opened: Model[] = [];
    const voice = once(async () => load((await adapted()).trained.model).then((model) => (opened.push(model), model)));
    const apprentice = (name: string, { fresh = false, alone = false } = {}) => once(async () => {
      const whole = await voice();
      const taughtBy = await modelFingerprint(whole);
      const start = async () => cutStudent(whole, { layers }).then(({ model }) => (fresh ? (model.dispose(), freshModel(model.config, { seed })) : model));
      return recordPretraining(run, `${name}, seed ${seed}`, { ...pretraining(settings.steps), origin: { from: taughtBy, layers, fresh, seed }, start, story: `Pre-trained under the adapted encoder (${name}).`, ...(!alone && { objective: distilbert(triple), teacher: liveTeacher(whole, { name: `masked-LM ${taughtBy}` }), taughtBy }) });
    });
    const books = { 'triple-loss': apprentice('triple loss'), 'random-weights': apprentice('random weights', { fresh: true }), 'no-distillation': apprentice('no distillation', { alone: true }) };

    const { train, ...splits } = await openGlueSplits(settings.glue, 'SST-2');
    const data = await encodeSplits({ ...splits, train: firstExamples(train, settings.examples) }, tokenizer, { maxTokens });
    const book = openEvidence(run, { recipe: settings.record, results: settings.results, ...(settings.check !== undefined && { check: settings.check }), baseline: 'no-books', tokenizer, tests: [{ name: 'dev', split: data.dev }] });
    const reading = { cutFrom, text: [corpus.corpus, heldOut.corpus], masking: masking.description, triple, pretraining: [settings.adaptSteps, settings.steps].map((length) => pretraining(length).settings) };
    const fineTuned = (own: number, student: string, arm: string, from: object, start: (head: LoadOptions) => Promise<Model>) => ({
      student, arm, settings: lesson(settings.fineTuneSteps, settings.fineTuneRate, own), data, corpus: data.train.encoded, objective: hardLabels(), origin: { ...from, student, arm, seed: own },
      start: () => start({ task: 'single-label', labels: data.names, seed: own }), story: `A small encoder (${arm}), fine-tuned on SST-2.`,
    });
    const learned = (one: typeof adapted) => async () => one().then(({ trained, pretraining: facts }) => (run.say(`${trained.name}: ${maskedLmText(trained)}`), facts));
    const teacher = await book.record({ ...fineTuned(settings.seeds[0] ?? 1, 'teacher', 'teacher', reading, async (head) => load((await adapted()).trained.model, head)), pretraining: learned(adapted) });
    for (const own of settings.seeds) {
      const student = `cut-${layers.length}x${width}`;
      await book.record({ ...fineTuned(own, student, 'no-books', { cutFrom, layers }, async (head) => cut(await load(settings.encoder, head))), against: teacher });
      for (const [arm, one] of Object.entries(books)) await book.record({ ...fineTuned(own, student, arm, { ...reading, layers }, async (head) => load((await one()).trained.model, head)), against: teacher, pretraining: learned(one) });
    }
    await book.close();
    opened.forEach((model) => { model.dispose(); });
  },
});
