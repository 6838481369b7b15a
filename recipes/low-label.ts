/**
 * Few labels, plenty of text: an encoder is fine-tuned on 500 labelled sentences of SST-2; a cut of its layers learns from the same 500 alone,
 * and from the fine-tuned encoder's soft labels on 20,000 unlabelled ones (Hinton et al. 2015). Which sentences, and every start, follow the seed.
 *
 *   retort run recipes/low-label.ts --set glue=FOLDER --set encoder=FOLDER --set precision=bf16
 *
 * About 10 minutes on two cores with the torch engine. `glue` and `encoder` are as in sst2-soft-labels.ts; every score is on dev, at the last step.
 */
import {
  conclude, cutStudent, defineRecipe, drawExamples, encodeSplits, engineSettings, hardLabels, type JudgedClassifier, labelCorpus, loadModel, loadTokenizer, type Model,
  modelFingerprint, openGlueSplits, openJudged, recordedTeacher, softLabel, spread, trainClassifier, trainDefaults, weighted, withoutLabels,
} from 'retort-distill';
import { z } from 'zod';

export default defineRecipe({
  name: 'low-label',
  summary: 'SST-2 with 500 labels: a student alone, and distilled on 20,000 unlabelled sentences (five seeds)',
  settings: z.strictObject({
    ...engineSettings,
    glue: z.string(),
    encoder: z.string(),
    labelled: z.int().positive().default(500),
    unlabelled: z.int().positive().default(20_000),
    seeds: z.array(z.int().nonnegative()).min(1).default([1, 2, 3, 4, 5]),
    teacherSteps: z.int().positive().default(160),
    /** Of the student alone in one arm (ten passes over 500 rows), beside one with as many as the distilled student. */
    aloneSteps: z.int().positive().default(160),
    studentSteps: z.int().positive().default(640),
    rows: z.int().positive().default(32),
    learningRate: z.number().positive().default(5e-5),
    maxTokens: z.int().positive().default(128),
    /** Encoder layers the student keeps, from 0. */
    layers: z.array(z.int().nonnegative()).min(1).default([1, 3, 5]),
    temperature: z.number().positive().default(2),
    hardWeight: z.number().min(0).max(1).default(0.3),
  }),

  async run(settings, run) {
    await run.useEngine(settings);
    const { train, ...splits } = await openGlueSplits(settings.glue, 'SST-2');
    const tokenizer = await loadTokenizer(settings.encoder);
    const arms = { teacher: [], alone: [], long: [], distilled: [] } as Record<'teacher' | 'alone' | 'long' | 'distilled', JudgedClassifier[]>;

    for (const seed of settings.seeds) {
      const [labelled, rest] = drawExamples(train, [settings.labelled, settings.unlabelled], { seed });
      const data = await encodeSplits({ ...splits, train: labelled, transfer: withoutLabels(rest) }, tokenizer, settings);
      const encoder = async (): Promise<Model> => (await loadModel(settings.encoder, { task: 'single-label', labels: data.names, seed })).model;
      const cut = async () => {
        const whole = await encoder();
        const { model } = await cutStudent(whole, settings);
        whole.dispose();
        return model;
      };
      const bare = await encoder();
      const cutFrom = await modelFingerprint(bare);
      bare.dispose();
      const lesson = (steps: number) => ({ settings: { ...trainDefaults, seed, steps, rows: settings.rows, learningRate: settings.learningRate, warmupSteps: Math.round(steps / 10) }, data, tokenizer });
      const teacher = await trainClassifier(run, `teacher, seed ${seed}`, { ...lesson(settings.teacherSteps), corpus: data.train.encoded, objective: hardLabels(), start: encoder, origin: { encoder: cutFrom, seed }, story: 'A pretrained encoder fine-tuned on few labels.' });
      const live = await openJudged(teacher);
      const labels = await labelCorpus(live, data.everything, { root: `${run.folder}/labels`, onProgress: run.count(`labels, seed ${seed}`, 'examples', data.everything.exampleIds.length), signal: run.signal });
      live.dispose();
      const student = { start: cut, origin: { cutFrom, layers: settings.layers, seed } };
      const alone = (name: string, steps: number) => trainClassifier(run, `${name}, seed ${seed}`, { ...lesson(steps), ...student, corpus: data.train.encoded, objective: hardLabels(), story: 'A cut of a pretrained encoder, fine-tuned on few labels.' });
      arms.teacher.push(teacher);
      arms.alone.push(await alone('alone', settings.aloneSteps));
      arms.long.push(await alone('alone, as many steps', settings.studentSteps));
      arms.distilled.push(await trainClassifier(run, `distilled, seed ${seed}`, { ...lesson(settings.studentSteps), ...student, corpus: data.everything, objective: weighted([[settings.hardWeight, hardLabels()], [1, softLabel({ temperature: settings.temperature })]]), teacher: recordedTeacher(labels), story: 'A cut of a pretrained encoder, distilled from one fine-tuned on few labels.' }));
      if (seed === settings.seeds.at(-1)) await conclude(run, { title: 'SST-2 with few labels', subtitle: `${settings.labelled} labelled sentences, ${settings.unlabelled} unlabelled; scored on dev.`, data, contenders: [
        { name: 'student distilled', role: 'student', seeds: arms.distilled, teachers: arms.teacher },
        { name: 'student alone', role: 'student', seeds: arms.alone, teachers: arms.teacher },
        { name: 'student alone, as many steps', role: 'student', seeds: arms.long, teachers: arms.teacher },
        { name: 'teacher', role: 'teacher', seeds: arms.teacher },
      ] });
    }
    for (const [name, others] of [['alone', arms.alone], ['alone, as many steps', arms.long]] as const) {
      const { mean, interval } = spread(arms.distilled.map(({ score }, i) => 100 * (score - (others[i]?.score ?? NaN))));
      run.say(`distilled - ${name}: ${mean.toFixed(2)} points${interval === undefined ? '' : ` (95 % interval over seeds ${interval.map((end) => end.toFixed(2)).join(' to ')})`}`);
    }
  },
});
