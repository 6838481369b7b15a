/**
 * `retort distill <teacher...> <corpus>`: a small student learns what teachers say, from labelled and unlabelled text (Hinton et al.
 * 2015); ends with both of them on the test split. A teacher is a model, a label store or a file of answers; with --translation a translator.
 */
import { join } from 'node:path';
import type { Command } from 'commander';
import { readJson } from '../../storage/json.ts';
import { exampleCount } from '../../text/tokenised-corpus.ts';
import { trainClassifier } from '../classifier.ts';
import { conclude } from '../conclusion.ts';
import { corpusName } from '../corpus-options.ts';
import { openDistillLesson } from '../distill-lesson.ts';
import { addDistillOptions, type DistillOptions, refuseUnfit } from '../distill-options.ts';
import { teachingOf } from '../distillation.ts';
import type { Door } from '../door.ts';
import { withRun } from '../run.ts';
import { judgeVoices, placesOf } from '../teacher-voice.ts';
import { trainSettings } from '../training-options.ts';
import { addPairDistillation, distillTranslator, type DistillTranslatorOptions, pairDistillation } from '../translation/distill-translator.ts';
import { refuseOptions } from '../unused-options.ts';
import { teachersAndCorpus } from '../voice-options.ts';

interface Options extends DistillOptions {
  readonly out?: string;
}

export function addDistill(program: Command, door: Door): void {
  const command = addDistillOptions(program.command('distill').description('train a small student on what a teacher says'), { translators: true })
    .option('--out <folder>', 'the run\'s folder; the student lands in student/ there (default: runs/<corpus>-student)');
  addPairDistillation(command);
  command
    .addHelpText('after', '\nThe same command again goes on where it was stopped, or reuses what is done.\n\nA translator:\n  $ retort distill runs/translator/model corpora/counting/sample --translation en-de --layers 0 --choice chrf --steps 500 --out runs/small-translator\n\nExample:\n  $ retort distill runs/teacher/model corpora/opinions/sample --size 1x32:2 --examples 500 --steps 30 --out runs/student\n')
    .action(async (words: string[], options: Options) => {
      const named = teachersAndCorpus(command, words);
      const pairs = command.opts<DistillTranslatorOptions>();
      if (command.getOptionValue('translation') !== undefined) {
        const [teacher = '', ...others] = named.teachers;
        if (others.length > 0) command.error(`error: ${others.join(', ')}: a translator learns from one teacher`);
        return distillTranslator(command, door, { teacher, corpus: named.corpus }, pairs);
      }
      refuseOptions(command, pairDistillation, 'it is for translators; give --translation FROM-INTO too');
      refuseUnfit(command, options);
      const folder = options.out ?? join('runs', `${corpusName(named.corpus, options)}-student`);
      const console = door.console();
      const lesson = await openDistillLesson(named, { command, options, console, signal: door.signal });
      const { voices, starting, splits, metric, states } = lesson;
      await withRun({ folder, command: door.command, settings: options, console, signal: door.signal }, async (run) => {
        const asking = { ...options, console, signal: run.signal };
        const teaching = await teachingOf(voices, splits, { ...asking, student: starting, states });
        for (const notice of teaching.notices) console.note(notice);
        const data = await lesson.tokenised(teaching.splits);
        const student = await trainClassifier(run, 'student', {
          ...starting,
          settings: trainSettings(options, { ...starting, examples: exampleCount(data.everything) }),
          objective: await lesson.objective(data, teaching),
          teacher: teaching.teacher,
          corpus: data.everything, data, metric,
          story: `Distilled from ${placesOf(voices)} on ${splits.train.name}.`,
        });
        const judged = await judgeVoices(voices, data.test, { ...asking, names: data.names, metric });
        await conclude(run, {
          title: `${splits.train.name}: a student of ${placesOf(voices)}`, subtitle: 'What a small student keeps of its teacher.', data,
          contenders: [
            { name: 'student', role: 'student', seeds: [student], ...(judged && { teachers: [judged] }) },
            ...(judged ? [{ name: 'teacher', role: 'teacher', seeds: [judged] } as const] : []),
          ],
          ...(starting.layerMap && { layerMap: starting.layerMap }),
        });
      });
      console.answer({ folder, student: join(folder, 'student'), evaluation: await readJson(join(folder, 'evaluation.json')) });
    });
}
