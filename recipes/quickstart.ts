/**
 * Quick start: a teacher that learned from 8,000 labelled opinions, and a student whose owner has 2,000 of them and plenty of unlabelled
 * text. The student learns alone, and from the teacher, in as many steps; three seeds each.
 *
 *   npm start                                  (= retort run recipes/quickstart.ts)
 */
import {
  bagOfWordsAccuracy, conclude, defineRecipe, encodeSplits, engineSettings, firstExamples, freshConfig, freshModel, hardLabels, type JudgedClassifier, labelCorpus, openJudged,
  openTsvSplits, parseSize, recordedTeacher, softLabel, trainClassifier, trainDefaults, trainWordPiece, weighted,
} from 'retort-distill';
import { z } from 'zod';

const lessonSettings = z.strictObject({ size: z.string(), steps: z.int().positive(), learningRate: z.number().positive(), dropout: z.number().min(0).lt(1) });

export default defineRecipe({
  name: 'quickstart',
  summary: 'teacher, student alone and student distilled on short opinions (three seeds)',
  settings: z.strictObject({
    ...engineSettings,
    corpus: z.string().default('corpora/opinions/sample'),
    seeds: z.array(z.int().nonnegative()).min(1).default([1, 2, 3]),
    /** Labelled rows the student has; the teacher learned from all. */
    labelled: z.int().positive().default(2000),
    vocabulary: z.int().positive().default(600),
    maxTokens: z.int().positive().default(48),
    rows: z.int().positive().default(64),
    teacher: lessonSettings.default({ size: '1x64:8', steps: 600, learningRate: 5e-3, dropout: 0 }),
    student: lessonSettings.default({ size: '1x32:4', steps: 400, learningRate: 5e-3, dropout: 0 }),
    temperature: z.number().positive().default(2),
    hardWeight: z.number().min(0).max(1).default(0.3),
    /** Points by which distilled must beat alone; null promises nothing. */
    promise: z.number().nullable().default(2),
  }),

  async run(settings, run) {
    await run.useEngine(settings);
    const splits = await openTsvSplits(settings.corpus);
    const texts = [splits.train, splits.transfer].flatMap((corpus) => corpus?.examples.map(({ text }) => text) ?? []);
    const tokenizer = await trainWordPiece(texts, { size: settings.vocabulary, lowercase: true });
    const taught = await encodeSplits(splits, tokenizer, settings);
    const data = await encodeSplits({ ...splits, train: firstExamples(splits.train, settings.labelled) }, tokenizer, settings);
    const lesson = (who: 'teacher' | 'student', seed: number) => {
      const { size, steps, learningRate, dropout } = settings[who];
      const config = freshConfig(parseSize(size), { vocabulary: tokenizer.vocabularySize, padId: tokenizer.padId, positions: settings.maxTokens, task: 'single-label', labels: data.names, dropout });
      return {
        origin: { size, dropout, seed },
        start: () => Promise.resolve(freshModel(config, { seed })),
        settings: { ...trainDefaults, seed, steps, learningRate, rows: settings.rows, warmupSteps: Math.round(steps / 10), evaluateEvery: Math.round(steps / 4) },
        data, tokenizer,
      };
    };

    const [teachers, alone, distilled] = [[], [], []] as [JudgedClassifier[], JudgedClassifier[], JudgedClassifier[]];
    for (const seed of settings.seeds) {
      const teacher = await trainClassifier(run, `teacher, seed ${seed}`, { ...lesson('teacher', seed), objective: hardLabels(), corpus: taught.train.encoded, story: 'Trained on labelled opinions.' });
      const labels = await labelCorpus(await openJudged(teacher), data.everything, { root: `${run.folder}/labels`, onProgress: run.count(`labels, seed ${seed}`, 'examples', data.everything.exampleIds.length), signal: run.signal });
      const objective = weighted([[settings.hardWeight, hardLabels()], [1, softLabel({ temperature: settings.temperature })]]);
      teachers.push(teacher);
      alone.push(await trainClassifier(run, `alone, seed ${seed}`, { ...lesson('student', seed), objective: hardLabels(), corpus: data.train.encoded, story: 'Trained on labelled opinions without a teacher.' }));
      distilled.push(await trainClassifier(run, `distilled, seed ${seed}`, { ...lesson('student', seed), objective, teacher: recordedTeacher(labels), corpus: data.everything, story: 'Distilled from a larger teacher with the help of unlabelled opinions.' }));
    }

    const bagOfWords = bagOfWordsAccuracy(data);
    const accuracy = await conclude(run, {
      title: 'Quick start: short opinions', subtitle: `A student with ${data.train.corpus.examples.length} labelled rows, alone and with a teacher that learned from ${taught.train.corpus.examples.length}; as many steps.`, data, bagOfWords,
      contenders: [
        { name: 'student distilled', role: 'student', seeds: distilled, teachers },
        { name: 'student alone', role: 'student', seeds: alone, teachers },
        { name: 'teacher', role: 'teacher', seeds: teachers },
      ],
    });
    const mean = (name: string) => 100 * (accuracy.get(name)?.mean ?? NaN);
    const [best, plain, teacher] = [mean('student distilled'), mean('student alone'), mean('teacher')];
    if (settings.promise !== null && !(100 * bagOfWords < plain && best >= plain + settings.promise && best < teacher)) {
      throw new Error(`the quick start promises bag of words < alone < distilled < teacher, distilled ${settings.promise} points above alone; it got ${[100 * bagOfWords, plain, best, teacher].map((points) => points.toFixed(1)).join(', ')}`);
    }
  },
});
