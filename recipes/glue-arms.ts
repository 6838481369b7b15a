/**
 * A GLUE task, arm by arm: an encoder is fine-tuned once; students of three layers learn in as many steps from labels alone and in the ways
 * of arms/bert-arms.ts, several seeds each. Tested on dev; of SST-2 also on 6,000 long rows of train, whose phrases nobody learns from.
 * With `labelled` the teacher too has only so many labels, drawn anew for every seed, and the students as many and `unlabelled` text.
 *
 *   retort run recipes/glue-arms.ts --set glue=FOLDER --set encoder=FOLDER --engine torch --precision bf16
 *
 * Each run is recorded in recipes/results/sst2-arms; the command runs what is missing. Minutes and scores: the tables in README.md.
 */
import {
  cutStudent, defineRecipe, drawExamples, encodeSplits, engineSettings, freshConfig, freshModel, glueTasks, hardLabels, holdOutLong, labelCorpus, liveTeacher, loadModel, loadTokenizer,
  type Model, modelFingerprint, once, openEvidence, openGlueSplits, parseSize, recordedTeacher, skipMatches, trainDefaults, withoutLabels,
} from 'retort-distill';
import { z } from 'zod';
import { bertArms } from './arms/bert-arms.ts';

export default defineRecipe({
  name: 'glue-arms',
  summary: 'a GLUE task by fine-tuning, soft labels, PKD, TinyBERT and MiniLM beside one another, over seeds, as recorded evidence',
  settings: z.strictObject({
    ...engineSettings,
    task: z.enum(glueTasks.map(({ name }) => name)).default('SST-2'), glue: z.string(), encoder: z.string(),
    /** Name and folder of the record; a run of it whose first steps to check, as 'cut-3x384-pkd-seed1'. */
    record: z.string().default('sst2-arms'), results: z.string().default('recipes/results'), check: z.string().optional(),
    seeds: z.array(z.int().nonnegative()).min(1).default([1, 2, 3]),
    arms: z.array(z.enum(Object.keys(bertArms))).default(['fine-tuning', 'soft-labels', 'pkd', 'tinybert', 'minilm']),
    students: z.array(z.enum(['cut', 'fresh', 'distilbert'])).default(['cut', 'fresh']),
    /** null: dev is the only test. */
    heldOut: z.strictObject({ rows: z.int().positive(), minWords: z.int().positive() }).nullable().default({ rows: 6000, minWords: 15 }),
    /** null: every row has its label, and one teacher serves all seeds. */
    labelled: z.int().positive().nullable().default(null), unlabelled: z.int().positive().default(20_000),
    teacherSteps: z.int().positive().default(1800), steps: z.int().positive().default(1800), rows: z.int().positive().default(32), maxTokens: z.int().positive().default(128),
    layers: z.array(z.int().nonnegative()).min(1).default([1, 3, 5]), size: z.string().default('3x312:12:1200'),
    learningRate: z.number().positive().default(5e-5), freshRate: z.number().positive().default(3e-4),
  }),

  async run(settings, run) {
    await run.useEngine(settings);
    const { task, layers, size, encoder, heldOut, labelled } = settings;
    const { train: all, dev, labels } = await openGlueSplits(settings.glue, task);
    const { train, ...held } = heldOut === null ? { train: all } : holdOutLong(all, { ...heldOut, seed: 1 });
    run.say('dropped' in held ? `${held.heldOut.examples.length} rows held out, ${held.dropped} of their phrases dropped, ${train.examples.length} left to learn from` : `${train.examples.length} rows to learn from`);
    const tokenizer = await loadTokenizer(encoder);
    const { model: bare } = await loadModel(encoder);
    const [cutFrom, { layers: depth, width }] = [await modelFingerprint(bare), bare.config];
    bare.dispose();
    const encode = (known: typeof all, transfer?: typeof all) => encodeSplits({ train: known, dev, test: 'heldOut' in held ? held.heldOut : dev, labels, ...(transfer && { transfer }) }, tokenizer, settings);
    const whole = await encode(train);
    const tests = [{ name: 'dev', split: whole.dev }, ...('groups' in held ? [{ name: 'long', split: whole.test, groups: held.groups }] : [])];
    const book = openEvidence(run, { recipe: settings.record, ...settings, baseline: 'fine-tuning', tokenizer, tests });
    const metric = glueTasks.find(({ name }) => name === task)?.metrics[0] ?? 'accuracy';
    const load = async (seed: number): Promise<Model> => (await loadModel(encoder, { task: labels.kind, labels: whole.names, seed })).model;
    const fresh = freshConfig(parseSize(size), { vocabulary: tokenizer.vocabularySize, padId: tokenizer.padId, positions: settings.maxTokens, task: labels.kind, labels: whole.names });
    const lesson = (seed: number, steps: number, learningRate: number) => ({ metric, settings: { ...trainDefaults, seed, steps, learningRate, rows: settings.rows, warmupSteps: Math.round(steps / 10) } });
    const taught = async (seed: number) => {
      const [known, rest] = labelled === null ? [train] : drawExamples(train, [labelled, settings.unlabelled], { seed });
      const data = rest === undefined ? whole : await encode(known, withoutLabels(rest));
      const teacher = await book.record({ student: 'teacher', arm: 'teacher', ...lesson(seed, settings.teacherSteps, settings.learningRate), data, corpus: data.train.encoded, objective: hardLabels(), start: () => load(seed), origin: { encoder: cutFrom, seed }, story: `A pretrained encoder fine-tuned on ${task}.` });
      const wants = { cls: skipMatches({ student: layers.length, teacher: depth }).map((match) => match.teacher) };
      const model = once(() => teacher.open());
      const stored = once(async () => recordedTeacher(await labelCorpus(await model(), data.everything, { root: `${run.folder}/labels`, wants, onProgress: run.count('labels', 'examples', data.everything.exampleIds.length), signal: run.signal })));
      const live = once(async () => liveTeacher(await model(), { name: `live ${teacher.identity.slice(0, 16)}` }));
      return { data, teacher, voices: { stored, live } };
    };
    const shared = labelled === null ? await taught(settings.seeds[0] ?? 1) : undefined;
    for (const seed of settings.seeds) {
      const { data, teacher, voices } = shared ?? (await taught(seed));
      for (const kind of settings.students) for (const arm of settings.arms) {
        const { objective, asks } = bertArms[arm]!;
        const cut = async () => load(seed).then(async (from) => cutStudent(from, { layers, family: kind === 'distilbert' ? kind : from.config.family, seed }).then(({ model }) => (from.dispose(), model)));
        const start = kind === 'fresh' ? { student: `fresh-${size.split(':')[0]}`, origin: { size, seed }, start: () => Promise.resolve(freshModel(fresh, { seed })) } : { student: `${kind}-${layers.length}x${width}`, origin: { cutFrom, layers, kind, seed }, start: cut };
        const depths = { student: kind === 'fresh' ? parseSize(size).layers : layers.length, teacher: depth };
        await book.record({ arm, ...start, ...lesson(seed, settings.steps, kind === 'fresh' ? settings.freshRate : settings.learningRate), data, corpus: asks ? data.everything : data.train.encoded, objective: objective(depths, labels.kind), against: teacher, ...(asks && { teacher: voices[asks] }), story: `A small model taught ${task} by ${arm}.` });
      }
    }
    await book.close();
  },
});
