/**
 * SST-2: an encoder is fine-tuned into a teacher, and a BiLSTM learns to repeat its logits (Tang et al. 2019, arXiv:1903.12136), beside one
 * that learns from labels alone, several seeds of both.
 *
 *   retort run recipes/bilstm.ts --set glue=FOLDER --set encoder=FOLDER
 *
 * `glue` and `encoder` are as in sst2-soft-labels.ts; `--set vectors=FILE` gives the student's words vectors in GloVe's format. Unlike the paper's,
 * the student reads word pieces and sees no text made up for it (`retort augment` makes such text). Each run is recorded in recipes/results/sst2-bilstm.
 */
import {
  bilstmConfig, defineRecipe, encodeSplits, engineSettings, firstExamples, freshBilstm, hardLabels, labelCorpus, loadModel, loadTokenizer, logitMse, modelFingerprint, openEvidence,
  openGlueSplits, parseBilstmSize, readWordVectors, recordedTeacher, trainDefaults, vectorsById,
} from 'retort-distill';
import { z } from 'zod';

export default defineRecipe({
  name: 'bilstm',
  summary: 'SST-2: fine-tune an encoder, distil its logits into a BiLSTM, as recorded evidence',
  settings: z.strictObject({
    ...engineSettings,
    glue: z.string(),
    encoder: z.string(),
    /** Name and folder of the record; a run of it whose first steps to check, as 'bilstm-alone-seed1'. */
    record: z.string().default('sst2-bilstm'),
    results: z.string().default('recipes/results'),
    check: z.string().optional(),
    examples: z.int().positive().default(67_349),
    seeds: z.array(z.int().nonnegative()).min(1).default([1, 2, 3]),
    teacherSteps: z.int().positive().default(4210),
    studentSteps: z.int().positive().default(4041),
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
    const book = openEvidence(run, { recipe: settings.record, ...settings, baseline: 'alone', tokenizer, tests: [{ name: 'dev', split: data.dev }] });
    const { dropout, rows, student: size } = settings;
    const config = bilstmConfig(parseBilstmSize(size), { vocabulary: tokenizer.vocabularySize, padId: tokenizer.padId, positions: settings.maxTokens, task: 'single-label', labels: data.names, pairs: false, dropout });
    const vectors = settings.vectors === undefined ? undefined : vectorsById(await readWordVectors(settings.vectors), tokenizer);
    const lesson = (seed: number, steps: number, learningRate: number) => ({ settings: { ...trainDefaults, seed, steps, rows, learningRate, warmupSteps: Math.round(steps / 10), checkpointEvery: 500 }, data, corpus: data.train.encoded });

    const teacherSeed = settings.seeds[0] ?? 1;
    const teacher = await book.record({
      student: 'teacher', arm: 'teacher', ...lesson(teacherSeed, settings.teacherSteps, settings.teacherRate), origin: { encoder, seed: teacherSeed }, objective: hardLabels(),
      start: async () => (await loadModel(settings.encoder, { task: 'single-label', labels: data.names, seed: teacherSeed })).model, story: 'A pretrained encoder fine-tuned on SST-2.',
    });
    const said = async () => {
      const model = await teacher.open();
      const labels = labelCorpus(model, data.train.encoded, { root: `${run.folder}/labels`, onProgress: run.count('labels', 'examples', data.train.encoded.exampleIds.length), signal: run.signal });
      return recordedTeacher(await labels.finally(() => { model.dispose(); }));
    };
    for (const seed of settings.seeds) {
      const student = { student: 'bilstm', against: teacher, ...lesson(seed, settings.studentSteps, settings.studentRate), origin: { size, dropout, seed, vectors: settings.vectors ?? null }, start: () => Promise.resolve(freshBilstm(config, { seed, ...(vectors && { vectors }) })) };
      await book.record({ ...student, arm: 'alone', objective: hardLabels(), story: 'A BiLSTM trained on the labels of SST-2.' });
      await book.record({ ...student, arm: 'distilled', objective: logitMse(), teacher: said, story: 'A BiLSTM that repeats the logits of a fine-tuned encoder on SST-2.' });
    }
    await book.close();
  },
});
