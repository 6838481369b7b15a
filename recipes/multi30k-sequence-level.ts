/**
 * Sequence-level distillation (Kim & Rush 2016) on Multi30k: a Marian teacher from scratch translates its corpus once; students of a third of
 * its size learn alone, word by word, from what it wrote, from the best of its 20 by BLEU, and both; greedy and beam 5, three seeds.
 *
 *   retort run recipes/multi30k-sequence-level.ts --set corpus=FOLDER --engine torch --precision bf16
 *
 * FOLDER: train, val, test2016 (.en, .de), raw. Two cores: 35 minutes for the teacher, about 2 1/2 hours in all. Each run is recorded in
 * recipes/results/multi30k-sequence-level; what is published stands in scripts/repro/seqkd.ts.
 */
import {
  defineRecipe, distilledCorpus, encodePairs, engineSettings, freshSeq2Seq, freshSeq2SeqConfig, labelSmoothing, liveTeacher, modelFingerprint, modelTranslator, once, openParallel, openTranslationEvidence,
  parseSeq2SeqSize, type RecordedTranslator, seqKd, type SequenceLevelOptions, streamOf, trainDefaults, trainTranslationVocabulary, type TranslationChoice, wordKd, writeTranslationLesson,
} from 'retort-distill';
import { z } from 'zod';

const steps = z.int().positive();
const arms = ['alone', 'word-kd', 'seq-kd', 'seq-inter', 'word-seq'] as const;

export default defineRecipe({
  name: 'multi30k-sequence-level',
  summary: 'English to German: a teacher from scratch, and students alone, by words, by whole translations and by the best of 20, as recorded evidence',
  settings: z.strictObject({
    ...engineSettings,
    corpus: z.string(), source: z.string().default('en'), target: z.string().default('de'), vocabulary: steps.default(8000), maxTokens: steps.default(96),
    /** Name and folder of the record; a run of it whose first steps to check, as '2plus2x96-alone-seed1'. */
    record: z.string().default('multi30k-sequence-level'), results: z.string().default('recipes/results'), check: z.string().optional(),
    /** A folder to write the teacher's lesson to, for scripts/reference-translation.py; then nothing is trained. */
    lesson: z.string().optional(),
    seeds: z.array(z.int().nonnegative()).min(1).default([1, 2, 3]), arms: z.array(z.enum(arms)).default([...arms]),
    teacher: z.string().default('4+4x160:5:640'), student: z.string().default('2+2x96:4:384'), teacherDropout: z.number().default(0.2), studentDropout: z.number().default(0.1),
    teacherSteps: steps.default(6000), steps: steps.default(2800), tuningSteps: steps.default(700), rows: steps.default(128), evaluations: steps.default(5),
    teacherRate: z.number().positive().default(2e-3), rate: z.number().positive().default(2e-3), tuningRate: z.number().positive().default(2e-4),
    teacherSmoothing: z.number().default(0.1), smoothing: z.number().default(0), alpha: z.number().default(0.5), beams: steps.default(5), candidates: steps.default(20),
  }),

  async run(settings, run) {
    await run.useEngine(settings);
    const open = (split: string) => openParallel({ source: `${settings.corpus}/${split}.${settings.source}`, target: `${settings.corpus}/${split}.${settings.target}` });
    const [train, dev, test] = [await open('train'), await open('val'), await open('test2016')];
    const tokenizers = await trainTranslationVocabulary(train, { size: settings.vocabulary });
    const encoding = { maxSourceTokens: settings.maxTokens, maxTargetTokens: settings.maxTokens };
    const references = await encodePairs(train, tokenizers, encoding);
    const tests = { tokenizers, dev, test, encoding, searches: [{ name: 'greedy', search: { beams: 1 } }, { name: `beam-${settings.beams}`, search: { beams: settings.beams } }] };
    const book = openTranslationEvidence(run, { ...settings, recipe: settings.record, baseline: 'alone', tests });
    const fresh = (size: string, dropout: number, seed: number) => ({ origin: { size, dropout, seed }, start: () => Promise.resolve(freshSeq2Seq(freshSeq2SeqConfig(parseSeq2SeqSize(size), { vocabulary: tokenizers.target.vocabularySize, ...tokenizers, positions: settings.maxTokens, dropout }), { seed })) });
    const lesson = (seed: number, length: number, learningRate: number) => ({ settings: { ...trainDefaults, beta2: 0.98, epsilon: 1e-9, seed, steps: length, learningRate, rows: settings.rows, warmupSteps: Math.round(length / 10), evaluateEvery: Math.ceil(length / settings.evaluations) } });
    const gold = { corpus: () => Promise.resolve(references), learns: ['references', train.fingerprint] };

    const first = { student: 'teacher', arm: 'teacher', ...fresh(settings.teacher, settings.teacherDropout, 1), ...lesson(1, settings.teacherSteps, settings.teacherRate), ...gold, objective: labelSmoothing({ epsilon: settings.teacherSmoothing, task: 'translation' }), story: 'A translator trained on Multi30k.' };
    if (settings.lesson !== undefined) return void (await writeTranslationLesson(settings.lesson, { ...first, corpus: references, tests }));
    const teacher = await book.record(first);
    const model = once(() => teacher.open());
    const live = async () => liveTeacher(await model(), { name: `live ${await modelFingerprint(await model())}` });
    /** The best of the teacher's translations by its own score or by BLEU, written once. */
    const written = (beams: number, choice: TranslationChoice) => ({
      by: teacher,
      learns: ['translations', train.fingerprint, beams, choice],
      corpus: once(async () => {
        const [translator, count] = [await modelTranslator(await model(), { tokenizers, search: { beams, nBest: beams } }), run.count(`${beams} translations of each`, 'examples', train.examples.length)];
        const said: SequenceLevelOptions = { pairs: streamOf(train), tokenizers, encoding, root: `${run.folder}/translations`, choice, filters: { unfinished: 'keep' }, translator, onProgress: ({ done }) => count(done) };
        return distilledCorpus({ ...said, onSelected: ({ chosen, examples }) => run.say(`of ${beams} translations the one by ${choice}, of ${chosen} of ${examples} examples`) }, run);
      }),
    });
    const [best, nearest] = [written(settings.beams, 'score'), written(settings.candidates, 'bleu')];
    for (const seed of settings.seeds) {
      const own = { student: (settings.student.split(':')[0] ?? '').replace('+', 'plus'), ...fresh(settings.student, settings.studentDropout, seed), ...lesson(seed, settings.steps, settings.rate), story: 'A small translator.' };
      const [said, heard] = [labelSmoothing({ epsilon: settings.smoothing, task: 'translation' }), { objective: wordKd({ alpha: settings.alpha }), teacher: live, by: teacher }];
      let taught: RecordedTranslator | undefined;
      for (const arm of arms.filter((one) => settings.arms.includes(one))) {
        if (arm === 'alone' || arm === 'word-kd') await book.record({ ...own, arm, ...gold, ...(arm === 'alone' ? { objective: said } : heard) });
        else if (arm === 'seq-kd') taught = await book.record({ ...own, arm, ...best, objective: seqKd({ epsilon: settings.smoothing }) });
        else if (arm === 'word-seq') await book.record({ ...own, arm, ...best, ...heard });
        else if (taught === undefined) throw new Error('seq-inter goes on from seq-kd: give both arms');
        else await book.record({ ...own, arm, ...lesson(seed, settings.tuningSteps, settings.tuningRate), ...nearest, origin: { from: taught.identity, seed }, start: taught.open, objective: seqKd({ epsilon: settings.smoothing }) });
      }
    }
    await book.close();
  },
});
