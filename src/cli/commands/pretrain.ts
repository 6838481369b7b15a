/**
 * `retort pretrain <text>`: trains a masked-LM model on running text, alone, or under a teacher with DistilBERT's triple loss (Sanh et al.
 * 2019); ends with its loss and perplexity on held-out text.
 */
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { distilbert } from '../../objectives/distilbert.ts';
import { formatTable } from '../../report/table.ts';
import { formatCount } from '../../report/units.ts';
import { writeFolderAtomically } from '../../storage/atomic.ts';
import { modelFingerprint } from '../../teacher/labeller.ts';
import { liveTeacher } from '../../teacher/teacher.ts';
import { wordMasking } from '../../text/masking.ts';
import { tokenCounts } from '../../text/token-counts.ts';
import { exampleCount } from '../../text/tokenised-corpus.ts';
import { addTextOptions, type CorpusOptions } from '../corpus-options.ts';
import type { Door } from '../door.ts';
import { addEngineOption, addReplayOption, type EngineOption, startEngine } from '../engine-option.ts';
import { hiddenWords, maskedLmText, openRunningText, trainMaskedLm } from '../masked-lm.ts';
import { type MaskedLmStart, openFiller, startMaskedLm } from '../masked-lm-start.ts';
import { layerChoice, numberFromZero, positiveNumber, share, wholeNumber } from '../option-values.ts';
import { withRun } from '../run.ts';
import { tokenProgress } from '../streamed-splits.ts';
import { requireFile, streamTexts } from '../text-files.ts';
import { addTrainingOptions, refuseUnusedTraining, type TrainingOptions, trainSettings } from '../training-options.ts';
import { refuseOptions } from '../unused-options.ts';

interface Options extends CorpusOptions, TrainingOptions, EngineOption, MaskedLmStart {
  readonly heldOut: string;
  readonly teacher?: string;
  readonly temperature: number;
  readonly softWeight: number;
  readonly maskedWeight: number;
  readonly cosineWeight: number;
  readonly maskShare: number;
  readonly wholeWords?: true;
  readonly smoothing: number;
  readonly cache: string;
  readonly out: string;
}

export function addPretrain(program: Command, door: Door): void {
  const command = program
    .command('pretrain')
    .description('train a masked-LM model on running text, alone or under a teacher (DistilBERT\'s triple loss)')
    .argument('<text>', 'running text, one paragraph a line (.txt, .txt.gz), or a TSV, CSV or JSONL file')
    .requiredOption('--held-out <file>', 'text that is not learned from, to be scored on')
    .option('--from <folder>', 'start from this encoder; where it has no masked-LM head, with a fresh one')
    .option('--size <LxH>', 'start from nothing: layers x width, as 4x256 or 4x256:4:1024 (heads, feed-forward width)')
    .option('--layers <list>', 'start from these layers of the teacher: 0,2,4 (from 0), or a map with their number: uniform:3, every-other, distilbert-released', layerChoice)
    .option('--vocabulary <n>', 'tokens of the vocabulary that is made for a fresh model (default: the teacher\'s; 8000 without one)', wholeNumber)
    .option('--teacher <folder>', 'learn from this masked-LM model too')
    .option('--temperature <T>', 'softens what both say of words', positiveNumber, 2)
    .option('--soft-weight <w>', 'how much the teacher\'s words count', numberFromZero, 5)
    .option('--masked-weight <w>', 'how much the hidden words count', numberFromZero, 2)
    .option('--cosine-weight <w>', 'how much the direction of the last hidden states counts', numberFromZero, 1)
    .option('--mask-share <s>', 'of the words, so many are hidden', share, 0.15)
    .option('--whole-words', 'hide all pieces of a word or none')
    .option('--smoothing <power>', 'hide rare words oftener, by their count to the power of minus this; DistilBERT has 0.7', numberFromZero, 0)
    .option('--cache <folder>', 'where tokenised text is kept, to be read instead of tokenised again', 'runs/tokens')
    .option('--out <folder>', 'the run\'s folder; the model lands in model/ there', 'runs/masked-lm');
  for (const add of [addTextOptions, addTrainingOptions, addEngineOption, addReplayOption]) add(command);
  command
    .addHelpText('after', '\nThe same command again goes on where it was stopped, or reuses what is done.\n\nExample:\n  $ retort pretrain corpora/opinions/sample/transfer.tsv --held-out corpora/opinions/sample/dev.tsv --size 2x64:2 --vocabulary 600 --max-tokens 32 --steps 30 --out runs/masked-lm\n')
    .action(async (text: string, options: Options) => {
      refuseUnused(command, options);
      const console = door.console();
      for (const file of [text, options.heldOut]) await requireFile(file);
      const corpus = await streamTexts(text, options);
      await startEngine(console, options);
      const taught = options.teacher === undefined ? undefined : await openFiller(options.teacher);
      const starting = await startMaskedLm(options, corpus, taught);
      for (const notice of starting.notices) console.note(notice);
      if (starting.layerMap !== undefined) console.say(`${formatTable(['student', 'teacher'], starting.layerMap.map((row) => [row.student, row.teacher]))}\n`);
      const { tokenizer, maxTokens } = starting;
      const { temperature, softWeight: soft, maskedWeight: masked, cosineWeight: cosine, maskShare, wholeWords = false, smoothing } = options;
      const trained = await withRun({ folder: options.out, command: door.command, settings: options, console, signal: door.signal }, async (run) => {
        const read = (path: string, told: object) => openRunningText(path, tokenizer, { maxTokens, cache: options.cache, columns: options, signal: run.signal, ...told });
        const [learned, held] = [await read(text, tokenProgress(corpus, console)), await read(options.heldOut, { onNotice: (sentence: string) => console.note(sentence) })];
        const counts = smoothing > 0 ? await tokenCounts(learned, { vocabulary: tokenizer.vocabularySize }) : undefined;
        const model = await trainMaskedLm(run, 'masked-lm', {
          ...starting,
          settings: trainSettings(options, { ...starting, examples: exampleCount(learned) }),
          ...(taught === undefined ? { objective: hiddenWords() } : { objective: distilbert({ temperature, weights: { soft, masked, cosine } }), teacher: liveTeacher(taught.model, { name: `masked-LM ${await modelFingerprint(taught.model)}` }) }),
          corpus: learned, heldOut: held,
          masking: wordMasking(tokenizer, { share: maskShare, wholeWords, ...(counts && { counts, smoothing }) }),
          story: `Pre-trained on ${corpus.name} by filling in hidden words${taught === undefined ? '' : `, under ${options.teacher ?? ''}`}.`,
        });
        await writeFolderAtomically(join(options.out, 'model'), (temporary) => cp(model.model, temporary, { recursive: true }));
        return { ...model, blocks: exampleCount(learned), heldOutBlocks: exampleCount(held) };
      });
      taught?.model.dispose();
      const model = join(options.out, 'model');
      console.say(`\n${maskedLmText(trained)}\non ${formatCount(trained.heldOutBlocks)} blocks of held-out text; learned from ${formatCount(trained.blocks)} blocks of ${maxTokens} tokens\nmodel  ${model}`);
      console.answer({ ...trained, folder: options.out, model });
    });
}

function refuseUnused(command: Command, options: Options): void {
  if ([options.size, options.layers, options.from].filter((given) => given !== undefined).length !== 1) command.error('error: what to start from? Give one of --from FOLDER, --size LAYERSxWIDTH and, with --teacher, --layers LIST');
  if (options.layers !== undefined && options.teacher === undefined) command.error('error: --layers: they are cut from a teacher; give --teacher FOLDER');
  if (options.size === undefined || options.teacher !== undefined) refuseOptions(command, ['vocabulary'], 'only a fresh model without a teacher gets a vocabulary of its own');
  if (options.teacher === undefined) refuseOptions(command, ['temperature', 'softWeight', 'maskedWeight', 'cosineWeight'], 'there is no teacher to weigh against; give --teacher FOLDER');
  refuseOptions(command, ['metric', 'pair'], 'running text is scored by the loss of its hidden words, and has no second text');
  if (options.maskShare === 0) command.error('error: --mask-share: above 0, or there is nothing to learn');
  refuseUnusedTraining(command, options);
}
