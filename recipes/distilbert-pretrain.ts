/**
 * DistilBERT's pre-training in small (Sanh et al. 2019): an encoder with a fresh, tied masked-LM head is adapted to books, then teaches a cut
 * of its layers: with the triple loss, from random weights, and without distillation. Each is fine-tuned on SST-2, beside a cut that read no books.
 *
 *   retort run recipes/distilbert-pretrain.ts --set text=BOOKS.txt --set heldOut=MORE.txt --set glue=FOLDER --set encoder=FOLDER --set precision=bf16
 *
 * `text` and `heldOut` are plain text, one paragraph a line (.gz is read); `glue` and `encoder` as in sst2-soft-labels.ts. Scores are on dev.
 */
import {
  conclude, type Contender, cutStudent, defineRecipe, distilbert, encodeSplits, engineSettings, firstExamples, freshModel, hardLabels, liveTeacher, loadModel, type LoadOptions, loadTokenizer,
  maskedLmText, type Model, modelFingerprint, openGlueSplits, openRunningText, tokenCounts, trainClassifier, trainDefaults, trainMaskedLm, wordMasking,
} from 'retort-distill';
import { z } from 'zod';

export default defineRecipe({
  name: 'distilbert-pretrain',
  summary: 'masked-LM pre-training under a teacher: the triple loss, random weights, no distillation; then SST-2',
  settings: z.strictObject({
    ...engineSettings,
    text: z.string(),
    heldOut: z.string(),
    glue: z.string(),
    encoder: z.string(),
    /** Encoder layers the student keeps, from 0. */
    layers: z.array(z.int().nonnegative()).min(1).default([1, 3, 5]),
    seed: z.int().nonnegative().default(1),
    adaptSteps: z.int().positive().default(1000),
    steps: z.int().positive().default(1000),
    /** Blocks of `maxTokens` per update, in `accumulation` parts. */
    rows: z.int().positive().default(32),
    accumulation: z.int().positive().default(1),
    maxTokens: z.int().positive().default(128),
    learningRate: z.number().positive().default(5e-4),
    smoothing: z.number().min(0).default(0.7),
    examples: z.int().positive().default(67_349),
    fineTuneSteps: z.int().positive().default(2105),
    fineTuneRate: z.number().positive().default(5e-5),
  }),

  async run(settings, run) {
    await run.useEngine(settings);
    const { seed, rows, accumulation, maxTokens, smoothing, layers } = settings;
    const tokenizer = await loadTokenizer(settings.encoder);
    const read = (path: string) => openRunningText(path, tokenizer, { maxTokens, cache: `${run.folder}/tokens` });
    const corpus = await read(settings.text);
    const masking = wordMasking(tokenizer, { counts: await tokenCounts(corpus, { vocabulary: tokenizer.vocabularySize }), smoothing });
    const reading = { corpus, heldOut: await read(settings.heldOut), masking, tokenizer };
    const lesson = (steps: number, learningRate: number) => ({ ...trainDefaults, seed, steps, learningRate, warmupSteps: Math.ceil(steps / 20), checkpointEvery: 100 });
    const pretraining = (steps: number) => ({ ...lesson(steps, settings.learningRate), beta2: 0.98, epsilon: 1e-6, maxGradientNorm: 5, weightDecay: 0, rows, accumulation });
    const load = async (folder: string, options: LoadOptions = {}) => (await loadModel(folder, { seed, ...options })).model;
    const cut = async (whole: Model) => (await cutStudent(whole, { layers })).model;
    const bare = await load(settings.encoder);
    const origin = { encoder: await modelFingerprint(bare), layers, seed };
    bare.dispose();
    const adapted = await trainMaskedLm(run, 'encoder', { ...reading, origin, settings: pretraining(settings.adaptSteps), start: () => load(settings.encoder, { task: 'masked-lm' }), story: 'An encoder with a fresh masked-LM head, adapted to running text.' });
    run.say(`encoder: ${maskedLmText(adapted)}`);
    const voice = await load(adapted.model);
    const teacher = liveTeacher(voice, { name: `masked-LM ${await modelFingerprint(voice)}` });
    const arms = {
      'triple loss': { start: () => cut(voice), objective: distilbert(), teacher },
      'random weights': { start: async () => freshModel((await cut(voice)).config, { seed }), objective: distilbert(), teacher },
      'no distillation': { start: () => cut(voice) },
    };
    const splits = await openGlueSplits(settings.glue, 'SST-2');
    const data = await encodeSplits({ ...splits, train: firstExamples(splits.train, settings.examples) }, tokenizer, { maxTokens });
    const head = { task: 'single-label', labels: data.names } as const;
    const fineTune = async (name: string, from: object, start: () => Promise<Model>): Promise<Contender> => {
      const seeds = [await trainClassifier(run, `SST-2, ${name}`, { settings: lesson(settings.fineTuneSteps, settings.fineTuneRate), data, tokenizer, corpus: data.train.encoded, origin: { ...origin, ...from }, objective: hardLabels(), start, story: `A small encoder (${name}), fine-tuned on SST-2.` })];
      return { name, role: 'student', seeds };
    };
    const contenders = [await fineTune('no books', {}, async () => cut(await load(settings.encoder, head)))];
    for (const [name, arm] of Object.entries(arms)) {
      const student = await trainMaskedLm(run, name, { ...reading, ...arm, origin: { ...origin, arm: name, teacher: teacher.name }, settings: pretraining(settings.steps), story: `Pre-trained under the adapted encoder (${name}).` });
      run.say(`${name}: ${maskedLmText(student)}`);
      contenders.push(await fineTune(name, { arm: name, teacher: teacher.name, scores: student.scores }, () => load(student.model, head)));
    }
    voice.dispose();
    await conclude(run, { title: 'Pre-training in DistilBERT\'s way', subtitle: `${settings.steps} steps on running text, then SST-2; scored on dev.`, data, contenders });
  },
});
