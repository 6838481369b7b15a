/**
 * `retort augment <model> <in>`: more unlabelled text out of the text there is, as TinyBERT makes it (Jiao et al. 2020), for a teacher to
 * label: `retort distill ... --transfer` reads what this writes.
 */
import type { Command } from 'commander';
import { formatCount } from '../../report/units.ts';
import { writeFileAtomically } from '../../storage/atomic.ts';
import { augment } from '../../strategies/augmentation.ts';
import { vectorNeighbours } from '../../strategies/word-neighbours.ts';
import type { Example } from '../../text/example.ts';
import { glueTask, streamGlue } from '../../text/glue.ts';
import { firstOf, type StreamedCorpus } from '../../text/streamed-corpus.ts';
import { readWordVectors } from '../../text/word-vectors.ts';
import { addTextOptions, type CorpusOptions, isFolder } from '../corpus-options.ts';
import type { Door } from '../door.ts';
import { addEngineOption, type EngineOption, startEngine } from '../engine-option.ts';
import { openEncoderFolder } from '../model-folder.ts';
import { positiveNumber, seedNumber, wholeNumber } from '../option-values.ts';
import { splitFile } from '../split-files.ts';
import { refuseUnfitting, requireFile, streamTexts } from '../text-files.ts';
import { columnOptions, refuseOptions } from '../unused-options.ts';

type Options = Omit<CorpusOptions, 'maxTokens'> & EngineOption & { out: string; examples?: number; copies: number; replace: number; candidates: number; vectors?: string; seed: number };

export function addAugment(program: Command, door: Door): void {
  const command = program
    .command('augment')
    .description('make more unlabelled text out of a corpus, by putting other words in the place of some')
    .argument('<model>', 'the folder of a masked-LM model: an encoder as it was published, with its head')
    .argument('<in>', 'a corpus folder (its training split), with --task a GLUE folder, or a file of texts')
    .requiredOption('--out <file>', 'write JSON lines here, whole or not at all')
    .option('--copies <n>', 'texts to make of each', wholeNumber, 20)
    .option('--replace <p>', 'how likely a word is replaced, up to 1', positiveNumber, 0.4)
    .option('--candidates <k>', 'words to choose from in each place', wholeNumber, 15)
    .option('--vectors <file>', 'word vectors in GloVe\'s text format, for words of several tokens (default: the model\'s own embeddings)')
    .option('--seed <n>', 'of the choices', seedNumber, 1)
    .option('--examples <n>', 'of the first n examples only', wholeNumber)
    .option('--task <name>', 'the folder holds this GLUE task as distributed, such as SST-2');
  for (const add of [addTextOptions, addEngineOption]) add(command);
  command
    .addHelpText('after', '\nThe texts have no labels: a teacher gives them, as in retort distill TEACHER CORPUS --transfer FILE.\n\nExample:\n  $ retort augment runs/masked-lm/model corpora/opinions/sample --copies 2 --examples 100 --out runs/more.jsonl\n')
    .action(async (folder: string, path: string, { out, copies, replace, candidates, vectors, seed, examples: most = Infinity, ...options }: Options) => {
      if (options.task !== undefined) refuseOptions(command, columnOptions, `the columns of ${options.task} are known; leave that away`);
      if (replace > 1) command.error('error: --replace is how likely a word is replaced; give a number above 0, at most 1');
      const console = door.console();
      const corpus = await firstOf(await openSource(path, options), most);
      if (vectors !== undefined) await requireFile(vectors, 'give a text file in GloVe\'s format');
      await startEngine(console, options);
      const neighbours = vectors === undefined ? undefined : vectorNeighbours(await readWordVectors(vectors));
      const opened = await openEncoderFolder(folder);
      const keys = keysOf(options);
      const done = console.count('augmentation', 'examples', corpus.size);
      let [variants, read] = [0, 0];
      const counted = async function* (): AsyncGenerator<Example, void, undefined> {
        for await (const example of corpus.read()) {
          yield example;
          done((read += 1));
        }
      };
      const lines = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
        for await (const { id, text, pair } of augment(counted(), opened, { copies, replace, candidates, seed, signal: door.signal, ...(neighbours && { neighbours }) })) {
          variants += 1;
          yield Buffer.from(`${JSON.stringify({ id, [keys.text]: text, ...(pair !== undefined && { [keys.pair]: pair }) })}\n`);
        }
      };
      await writeFileAtomically(out, lines());
      opened.model.dispose();
      console.say(`${formatCount(variants)} texts of ${formatCount(corpus.size)} in ${out}`);
      console.answer({ out, examples: corpus.size, texts: variants });
    });
}

async function openSource(path: string, { task, ...columns }: Pick<Options, 'task'> & CorpusOptions): Promise<StreamedCorpus> {
  if (task !== undefined) return streamGlue(path, task, 'train');
  const file = (await isFolder(path)) ? await splitFile(path, 'train') : path;
  refuseUnfitting(file, columns);
  return streamTexts(file, columns);
}

/** The names under which `--transfer` looks for the texts, where the corpus is read with the same options. */
function keysOf({ task, text, pair }: Pick<CorpusOptions, 'task' | 'text' | 'pair'>): { readonly text: string; readonly pair: string } {
  const columns = task === undefined ? undefined : glueTask(task).columns;
  const named = columns?.pair === undefined ? { text, pair } : columns;
  return { text: typeof named.text === 'string' ? named.text : 'text', pair: typeof named.pair === 'string' ? named.pair : 'pair' };
}
