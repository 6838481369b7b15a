/**
 * `retort label <teacher> <corpus>`: asks a teacher once about every example and keeps what it says for any number of students.
 */
import type { Command } from 'commander';
import { labelCorpus } from '../../teacher/label-corpus.ts';
import type { StoredCorpus } from '../../text/stored-corpus.ts';
import { tokenise } from '../../text/token-cache.ts';
import { formatCount } from '../../report/units.ts';
import { addCorpusOptions, addLearningTextOptions, isFolder, type LearningTextOptions, openSplits } from '../corpus-options.ts';
import type { Door } from '../door.ts';
import { addEngineOption, type EngineOption, startEngine } from '../engine-option.ts';
import { cutNotice, openClassifier, requireModel, tokenLimit } from '../model-folder.ts';
import { tokenProgress } from '../streamed-splits.ts';
import { streamTexts } from '../text-files.ts';

type Options = LearningTextOptions & EngineOption & { out: string };

export function addLabel(program: Command, door: Door): void {
  const command = program
    .command('label')
    .description('store what a teacher says about every example')
    .argument('<teacher>', 'a classifier\'s folder')
    .argument('<corpus>', 'a corpus folder (its training and transfer text), or one file of text')
    .option('--out <folder>', 'where label stores are kept, each under its own address', 'runs/labels');
  for (const add of [addCorpusOptions, addLearningTextOptions, addEngineOption]) add(command);
  command
    .addHelpText('after', '\nThe same command again goes on where it was stopped.\n\nExample:\n  $ retort label runs/teacher/model corpora/opinions/sample --examples 500 --out runs/labels\n')
    .action(async (teacherFolder: string, path: string, options: Options) => {
      const console = door.console();
      await requireModel(teacherFolder);
      const corpora = (await isFolder(path)) || options.task !== undefined ? await learningText(path, options) : [await streamTexts(path, options)];
      await startEngine(console, options);
      const teacher = await openClassifier(teacherFolder);
      const maxTokens = tokenLimit(teacher, options);
      let everything: StoredCorpus | undefined;
      for (const corpus of corpora) {
        const stored = await tokenise(corpus, teacher.tokenizer, { maxTokens, cache: options.cache, signal: door.signal, ...tokenProgress(corpus, console) });
        everything = everything === undefined ? stored : await everything.join(stored);
      }
      if (everything === undefined) return;
      const cut = cutNotice(everything);
      if (cut !== undefined) console.note(cut);
      const total = everything.size;
      const onProgress = console.count('labels', 'examples', total);
      let asked = false;
      const { folder, header } = await labelCorpus(teacher.model, everything, {
        root: options.out,
        signal: door.signal,
        onProgress: (done) => {
          asked = true;
          onProgress(done);
        },
      });
      console.say(`labels of ${formatCount(header.examples)} examples, ${header.source.labels.length} classes (${header.source.labels.join(', ')})${asked ? '' : ', all of them stored before'}`);
      console.say(folder);
      console.answer({ folder, examples: header.examples, labels: header.source.labels });
    });
}

async function learningText(path: string, options: Options) {
  const { train, transfer } = await openSplits(path, options);
  return transfer === undefined ? [train] : [train, transfer];
}
