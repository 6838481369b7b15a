/**
 * `retort label <teacher...> <corpus>`: asks teachers once about every example and keeps what they say for any number of students.
 * `retort label --from <file> <corpus>`: keeps the answers of another system in the same way. With --translation: what a translator writes.
 */
import type { Command } from 'commander';
import { formatCount } from '../../report/units.ts';
import { requireKnown } from '../../teacher/label-answers.ts';
import type { StoredLabels } from '../../teacher/label-store.ts';
import type { LabelSpace } from '../../text/example.ts';
import { firstOf, type StreamedCorpus, streamOf } from '../../text/streamed-corpus.ts';
import type { Console } from '../console.ts';
import { addCorpusOptions, addLabelKindOption, addLearningTextOptions, firstOfSplits, isFolder, type LearningTextOptions, openSplits, refuseTaskColumns } from '../corpus-options.ts';
import type { Door } from '../door.ts';
import { addEngineOption, type EngineOption, startEngine } from '../engine-option.ts';
import { idsOf, learningText, type LearningText } from '../learning-text.ts';
import { cutNotice } from '../model-folder.ts';
import { layerList, wholeNumber } from '../option-values.ts';
import type { StreamedSplits } from '../streamed-splits.ts';
import { labelsOf } from '../teacher-voice.ts';
import { refuseUnfitting, streamTexts } from '../text-files.ts';
import { addTranslationLabelling, labelTranslations, type LabelTranslationsOptions, translationLabelling } from '../translation/label-translations.ts';
import { refuseOptions } from '../unused-options.ts';
import { openVoices, spokenKind, type Voice } from '../voice.ts';
import { addVoiceOptions, refuseUnheard, teachersAndCorpus, voiceContext, type VoiceReadingOptions } from '../voice-options.ts';

interface Options extends LearningTextOptions, EngineOption, VoiceReadingOptions {
  readonly out: string;
  readonly from?: string;
  readonly cls?: readonly number[];
  readonly hidden?: readonly number[];
  readonly shardRows?: number;
}

export function addLabel(program: Command, door: Door): void {
  const command = program
    .command('label')
    .description('store what a teacher says about every example')
    .usage('[options] <teacher...> <corpus>\n       retort label [options] --from <file> <corpus>')
    .argument('[words...]', 'classifiers\' folders (ours, PyTorch\'s or ONNX); last a corpus folder (its training and transfer text), or one file of text')
    .option('--from <file>', 'take the answers of another system instead: JSON lines with "id" and one of "label", "probs" and "logits", null for no answer')
    .option('--out <folder>', 'where label stores are kept, each under its own address', 'runs/labels')
    .option('--cls <layers>', 'keep the first token\'s states of these layers too (0: embeddings), in 16 bits', layerList)
    .option('--hidden <layers>', 'keep all hidden states of these layers too, in 16 bits', layerList)
    .option('--shard-rows <n>', 'examples a shard: what a killed labelling does again at most (default: 4096, or what comes to 64 MB)', wholeNumber);
  for (const add of [addCorpusOptions, addLabelKindOption, addLearningTextOptions, addVoiceOptions, addEngineOption, addTranslationLabelling]) add(command);
  command
    .addHelpText('after', '\nThe same command again goes on where it was stopped.\n\nA translator\'s n best:\n  $ retort label runs/translator/model corpora/counting/sample --translation en-de --n-best 4 --translations runs/translations\n\nExample:\n  $ retort label runs/teacher/model corpora/opinions/sample --examples 500 --out runs/labels\n')
    .action(async (words: string[], options: Options) => {
      if (options.from !== undefined && words.length !== 1) command.error(`error: with --from, give ${words.length === 0 ? 'a corpus' : 'nothing but a corpus'}`);
      const { teachers, corpus } = options.from === undefined ? teachersAndCorpus(command, words) : { teachers: [options.from], corpus: words[0] ?? '' };
      if (command.getOptionValue('translation') !== undefined) {
        const [teacher = '', ...others] = teachers;
        if (options.from !== undefined || others.length > 0) command.error('error: with --translation, give one translator and a corpus');
        return labelTranslations(command, door, { teacher, corpus }, command.opts<LabelTranslationsOptions>());
      }
      refuseOptions(command, translationLabelling, 'it is for translators; give --translation FROM-INTO too');
      refuseTaskColumns(command, options);
      if (options.from !== undefined) refuseOptions(command, ['cls', 'hidden', 'onnx', 'maxTokens', 'engine', 'device', 'precision', 'threads'], 'answers of another system are taken as they are: no model is asked');
      const isCorpus = options.task !== undefined || (await isFolder(corpus));
      if (!isCorpus) refuseOptions(command, ['label', 'transfer'], `${corpus} is one file of text; they are about a corpus folder`);
      const console = door.console();
      const labelKind = options.labelKind ?? (await spokenKind(teachers, options));
      const given = await (isCorpus ? openCorpus : openFile)(corpus, { ...options, ...(labelKind && { labelKind }) });
      const context = voiceContext(given.labels, options);
      if (options.from === undefined) await startEngine(console, options);
      const voices = await openVoices(teachers, context);
      refuseUnheard(command, voices);
      if (!isCorpus && voices.every(({ kind }) => kind !== 'answers')) refuseOptions(command, ['labelKind'], 'no labels are read, and teachers know what they answer');
      await checkAnswers(voices, given.whole, options);
      const stores: StoredLabels[] = [];
      for (const voice of voices) stores.push(await label(voice, given.text, { console, options, signal: door.signal }));
      const shown = stores.map(({ folder, header }) => ({ folder, examples: header.examples, silent: header.silent, labels: header.source.labels }));
      console.answer(shown.length === 1 ? shown[0] : shown);
    });
}

async function label(voice: Voice, text: LearningText, { console, options, signal }: { console: Console; options: Options; signal: AbortSignal }): Promise<StoredLabels> {
  if (voice.kind === 'store') throw new Error(`${voice.place}: these are labels already; distil from them: retort distill ${voice.place} CORPUS`);
  let asked = false;
  const labels = await labelsOf(voice, text, {
    ...options,
    labels: options.out,
    console,
    signal,
    wants: { ...(options.cls && { cls: options.cls }), ...(options.hidden && { hidden: options.hidden }) },
    onAsked: () => (asked = true),
    onCut: (encoded) => {
      const cut = cutNotice(encoded);
      if (cut !== undefined) console.note(cut);
    },
  });
  const { examples, silent, source } = labels.header;
  const stored = voice.kind === 'answers' || asked ? '' : ', all of them stored before';
  console.say(`labels of ${formatCount(examples - silent)} examples${silent > 0 ? ` (${formatCount(silent)} have no answer)` : ''}, ${source.task === 'regression' ? 'a score each' : `${source.labels.length} classes (${source.labels.join(', ')})`}${stored}`);
  console.say(labels.folder);
  return labels;
}

interface GivenText {
  readonly text: LearningText;
  readonly labels: LabelSpace | undefined;
  /** Everything that answers may be about, learned from or not. */
  readonly whole: WholeText;
}

type WholeText = Pick<StreamedSplits, 'train' | 'transfer'> & Partial<Pick<StreamedSplits, 'dev' | 'test'>>;

async function openFile(path: string, { examples = Infinity, ...options }: Options): Promise<GivenText> {
  refuseUnfitting(path, options);
  const train = await streamTexts(path, options);
  return { text: learningText(await firstOf(train, examples)), labels: undefined, whole: { train } };
}

async function openCorpus(path: string, { examples, ...options }: Options): Promise<GivenText> {
  const whole = await openSplits(path, options, { taught: true });
  const { train, transfer } = await firstOfSplits(whole, examples);
  return { text: learningText(train, transfer), labels: whole.labels, whole };
}

/** @throws where answers are about examples that are nowhere in the corpus. */
export async function checkAnswers(voices: readonly Voice[], { train, dev, test, transfer }: WholeText, { allowUnknown = false }: Pick<Options, 'allowUnknown'>): Promise<void> {
  if (allowUnknown) return;
  const corpora: StreamedCorpus[] = [train, ...(transfer ? [transfer] : []), ...[dev, test].flatMap((corpus) => (corpus ? [streamOf(corpus)] : []))];
  for (const voice of voices) if (voice.kind === 'answers') await requireKnown(voice.answers, idsOf({ corpora }));
}
