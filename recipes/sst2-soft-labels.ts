/**
 * SST-2: an encoder is fine-tuned into a teacher; a cut of its layers learns alone and from the teacher's soft labels (Hinton et al. 2015).
 *
 *   retort run recipes/sst2-soft-labels.ts --set glue=FOLDER --set encoder=FOLDER
 *
 * `glue` holds SST-2/train.tsv and dev.tsv as GLUE distributes them; `encoder` is a BERT-like Hugging Face folder. GLUE's test labels
 * are secret, so every score is on dev.
 */
import {
  conclude, cutStudent, defineRecipe, encodeSplits, engineSettings, firstExamples, hardLabels, labelCorpus, loadModel, loadTokenizer, modelFingerprint, openGlueSplits,
  recordedTeacher, softLabel, trainClassifier, trainDefaults, weighted,
} from 'retort-distill';
import { z } from 'zod';

export default defineRecipe({
  name: 'sst2-soft-labels',
  summary: 'SST-2: fine-tune an encoder, distil it into a cut of its layers by soft labels',
  settings: z.strictObject({
    ...engineSettings,
    glue: z.string(),
    encoder: z.string(),
    /** Training sentences to use; the embedded engine cannot chew all 67,349 in an evening. */
    examples: z.int().positive().default(67_349),
    seeds: z.array(z.int().nonnegative()).min(1).default([1]),
    teacherSteps: z.int().positive().default(4210),
    studentSteps: z.int().positive().default(2105),
    rows: z.int().positive().default(32),
    learningRate: z.number().positive().default(5e-5),
    maxTokens: z.int().positive().default(128),
    /** Teacher layers the student keeps, from 0. */
    layers: z.array(z.int().nonnegative()).min(1).default([1, 3, 5]),
    temperature: z.number().positive().default(2),
    hardWeight: z.number().min(0).max(1).default(0.5),
  }),

  async run(settings, run) {
    await run.useEngine(settings);
    const splits = await openGlueSplits(settings.glue, 'SST-2');
    const tokenizer = await loadTokenizer(settings.encoder);
    const { model: bare } = await loadModel(settings.encoder);
    const encoder = await modelFingerprint(bare);
    bare.dispose();
    const data = await encodeSplits({ ...splits, train: firstExamples(splits.train, settings.examples) }, tokenizer, settings);
    const contenders = { teacher: [], alone: [], distilled: [] } as Record<'teacher' | 'alone' | 'distilled', Awaited<ReturnType<typeof trainClassifier>>[]>;

    for (const seed of settings.seeds) {
      const lesson = (steps: number) => ({
        settings: { ...trainDefaults, seed, steps, rows: settings.rows, learningRate: settings.learningRate, warmupSteps: Math.round(steps / 10), checkpointEvery: 100 },
        data, tokenizer, corpus: data.train.encoded,
      });
      const teacher = await trainClassifier(run, `teacher, seed ${seed}`, {
        ...lesson(settings.teacherSteps), origin: { encoder, seed }, objective: hardLabels(), story: 'A pretrained encoder fine-tuned on SST-2.',
        start: async () => {
          const { model, notices } = await loadModel(settings.encoder, { task: 'single-label', labels: data.names, seed });
          notices.forEach((notice) => run.say(notice));
          return model;
        },
      });
      const { model: live } = await loadModel(teacher.model);
      const labels = await labelCorpus(live, data.train.encoded, { root: `${run.folder}/labels`, onProgress: run.count(`labels, seed ${seed}`, 'examples', data.train.encoded.exampleIds.length), signal: run.signal });
      const student = { ...lesson(settings.studentSteps), origin: { cutFrom: labels.header.source.teacher, layers: settings.layers }, start: async () => (await cutStudent(live, settings)).model };
      const soft = weighted([[settings.hardWeight, hardLabels()], [1 - settings.hardWeight, softLabel({ temperature: settings.temperature })]]);
      contenders.teacher.push(teacher);
      contenders.alone.push(await trainClassifier(run, `alone, seed ${seed}`, { ...student, objective: hardLabels(), story: 'A cut of a fine-tuned teacher, fine-tuned without it on SST-2.' }));
      contenders.distilled.push(await trainClassifier(run, `distilled, seed ${seed}`, { ...student, objective: soft, teacher: recordedTeacher(labels), story: 'A cut of a fine-tuned teacher, distilled from its soft labels on SST-2.' }));
      live.dispose();
    }

    await conclude(run, {
      title: 'SST-2 by soft labels', subtitle: 'A cut of a fine-tuned encoder, with and without its teacher, scored on dev.', data,
      layerMap: settings.layers.map((layer, index) => ({ student: index + 1, teacher: layer + 1 })),
      contenders: [
        { name: 'student distilled', role: 'student', seeds: contenders.distilled, teachers: contenders.teacher },
        { name: 'student alone', role: 'student', seeds: contenders.alone, teachers: contenders.teacher },
        { name: 'teacher', role: 'teacher', seeds: contenders.teacher },
      ],
    });
  },
});
