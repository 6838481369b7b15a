/**
 * SST-2: an encoder is fine-tuned into a teacher, and a BiLSTM learns to repeat its logits (Tang et al. 2019, arXiv:1903.12136), beside one
 * that learns from labels alone.
 *
 *   retort run recipes/bilstm.ts --set glue=FOLDER --set encoder=FOLDER
 *
 * `glue` and `encoder` are as in sst2-soft-labels.ts; `--set vectors=FILE` gives the student's words vectors in GloVe's format. Every score is on
 * dev. Unlike the paper's, the student reads the teacher's word pieces and sees no text made up for it (`retort augment` makes such text).
 */
import {
  bilstmConfig, conclude, defineRecipe, encodeSplits, engineSettings, firstExamples, freshBilstm, hardLabels, type JudgedClassifier, labelCorpus, loadModel, loadTokenizer, logitMse,
  modelFingerprint, openGlueSplits, openJudged, parseBilstmSize, readWordVectors, recordedTeacher, trainClassifier, trainDefaults, vectorsById,
} from 'retort-distill';
import { z } from 'zod';

export default defineRecipe({
  name: 'bilstm',
  summary: 'SST-2: fine-tune an encoder, distil its logits into a BiLSTM',
  settings: z.strictObject({
    ...engineSettings,
    glue: z.string(),
    encoder: z.string(),
    examples: z.int().positive().default(67_349),
    seeds: z.array(z.int().nonnegative()).min(1).default([1]),
    teacherSteps: z.int().positive().default(4210),
    studentSteps: z.int().positive().default(13_470),
    rows: z.int().positive().default(50),
    teacherRate: z.number().positive().default(5e-5),
    studentRate: z.number().positive().default(1e-3),
    maxTokens: z.int().positive().default(64),
    /** Units of either direction x width of the word vectors : layer below the classifier. */
    student: z.string().default('bilstm:150x300:200'),
    vectors: z.string().optional(),
    dropout: z.number().min(0).lt(1).default(0.1),
  }),

  async run(settings, run) {
    await run.useEngine(settings);
    const splits = await openGlueSplits(settings.glue, 'SST-2');
    const tokenizer = await loadTokenizer(settings.encoder);
    const { model: bare } = await loadModel(settings.encoder);
    const encoder = await modelFingerprint(bare);
    bare.dispose();
    const data = await encodeSplits({ ...splits, train: firstExamples(splits.train, settings.examples) }, tokenizer, settings);
    const { dropout, rows, student: size } = settings;
    const config = bilstmConfig(parseBilstmSize(size), { vocabulary: tokenizer.vocabularySize, padId: tokenizer.padId, positions: settings.maxTokens, task: 'single-label', labels: data.names, pairs: false, dropout });
    const vectors = settings.vectors === undefined ? undefined : vectorsById(await readWordVectors(settings.vectors), tokenizer);
    const contenders = { teacher: [], alone: [], distilled: [] } as Record<'teacher' | 'alone' | 'distilled', JudgedClassifier[]>;

    for (const seed of settings.seeds) {
      const lesson = (steps: number, learningRate: number) => ({ settings: { ...trainDefaults, seed, steps, rows, learningRate, warmupSteps: Math.round(steps / 10), checkpointEvery: 500 }, data, tokenizer, corpus: data.train.encoded });
      const teacher = await trainClassifier(run, `teacher, seed ${seed}`, {
        ...lesson(settings.teacherSteps, settings.teacherRate), origin: { encoder, seed }, objective: hardLabels(), story: 'A pretrained encoder fine-tuned on SST-2.',
        start: async () => (await loadModel(settings.encoder, { task: 'single-label', labels: data.names, seed })).model,
      });
      const live = await openJudged(teacher);
      const labels = await labelCorpus(live, data.train.encoded, { root: `${run.folder}/labels`, onProgress: run.count(`labels, seed ${seed}`, 'examples', data.train.encoded.exampleIds.length), signal: run.signal });
      live.dispose();
      const student = { ...lesson(settings.studentSteps, settings.studentRate), origin: { size, dropout, seed, vectors: settings.vectors ?? null }, start: () => Promise.resolve(freshBilstm(config, { seed, ...(vectors && { vectors }) })) };
      contenders.teacher.push(teacher);
      contenders.alone.push(await trainClassifier(run, `alone, seed ${seed}`, { ...student, objective: hardLabels(), story: 'A BiLSTM trained on the labels of SST-2.' }));
      contenders.distilled.push(await trainClassifier(run, `distilled, seed ${seed}`, { ...student, objective: logitMse(), teacher: recordedTeacher(labels), story: 'A BiLSTM that repeats the logits of a fine-tuned encoder on SST-2.' }));
    }

    await conclude(run, {
      title: 'SST-2 in a BiLSTM', subtitle: 'A small recurrent network with and without its teacher, scored on dev.', data,
      contenders: [
        { name: 'BiLSTM distilled', role: 'student', seeds: contenders.distilled, teachers: contenders.teacher },
        { name: 'BiLSTM alone', role: 'student', seeds: contenders.alone, teachers: contenders.teacher },
        { name: 'teacher', role: 'teacher', seeds: contenders.teacher },
      ],
    });
  },
});
