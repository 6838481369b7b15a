/**
 * `retort distill --translation`: a small translator learns what a large one writes (sequence level), how likely the large one finds each
 * word (word level), or both (Kim & Rush 2016); ends with both of them on the test split.
 */
import { join } from 'node:path';
import type { Command } from 'commander';
import type { Objective } from '../../objectives/objective.ts';
import { seqKd } from '../../objectives/seq-kd.ts';
import { wordKd } from '../../objectives/word-kd.ts';
import { distilledCorpus } from '../../strategies/sequence-level.ts';
import { modelFingerprint } from '../../teacher/labeller.ts';
import { liveTeacher } from '../../teacher/teacher.ts';
import type { EncodedCorpus } from '../../text/encoded-corpus.ts';
import { encodePairs } from '../../text/encoded-pairs.ts';
import { gather } from '../../text/streamed-corpus.ts';
import { trainTranslationVocabulary } from '../../text/train-translation-vocabulary.ts';
import { formatTable } from '../../report/table.ts';
import { readJson } from '../../storage/json.ts';
import { corpusName } from '../corpus-options.ts';
import type { Door } from '../door.ts';
import { type EngineOption, startEngine } from '../engine-option.ts';
import { tokenLimit } from '../model-folder.ts';
import { layerChoice } from '../option-values.ts';
import { plainChoice, translationObjectives } from '../objective-choice.ts';
import { type Run, withRun } from '../run.ts';
import { refuseUnusedTraining, type TrainingOptions, trainSettings } from '../training-options.ts';
import { refuseOptions, refuseOtherOptions } from '../unused-options.ts';
import { concludeTranslation } from './conclusion.ts';
import { type Judgement, judgeTranslator } from './judgement.ts';
import { type Languages, openParallelSplits, type ParallelSplits } from './parallel-splits.ts';
import { searchOptions, translationGroup } from './search-options.ts';
import { startCutTranslator, startFreshTranslator, startFromTranslator, type StartingTranslator } from './starting-translator.ts';
import { addChoiceOptions, addStoreOptions, type ChoiceOptions, choiceOptions, selectionOf, selectionText, type StoreOptions, storeOptions, translating } from './teacher-translations.ts';
import { addPairOptions, noteCut, type PairOptions, pairOptions, sharedOptions, translationMetric } from './training-pairs.ts';
import { trainTranslator } from './translator-lesson.ts';
import { openTranslatorFolder, type TranslatorFolder } from './translator-folder.ts';

export interface DistillTranslatorOptions extends PairOptions, StoreOptions, ChoiceOptions, TrainingOptions, EngineOption {
  readonly translation: Languages;
  readonly size?: string;
  readonly layers?: readonly number[] | string;
  readonly encoderLayers?: readonly number[] | string;
  readonly from?: string;
  readonly vocabulary?: number;
  readonly objective: string;
  readonly hardWeight: number;
  readonly temperature?: number;
  readonly translations: string;
  readonly examples?: number;
  readonly maxTokens?: number;
  readonly out?: string;
}

const own = ['encoderLayers', 'translations'];
/** What means nothing to classifiers. */
export const pairDistillation = [...pairOptions, ...storeOptions, ...choiceOptions, ...searchOptions, ...own];
const students = ['size', 'layers', 'from', 'vocabulary', 'objective', 'hardWeight', 'temperature'];

export function addPairDistillation(command: Command): Command {
  addStoreOptions(addChoiceOptions(addPairOptions(command, 'label smoothing of the tokens that the teacher wrote (default: 0)')));
  return command
    .optionsGroup(translationGroup)
    .option('--encoder-layers <list>', 'of a student cut by --layers, which are the decoder\'s: the encoder\'s (default: all of them)', layerChoice)
    .option('--translations <folder>', 'where the teacher\'s translations are kept, each store under its own address', 'runs/translations');
}

export async function distillTranslator(command: Command, door: Door, { teacher: place, corpus }: { readonly teacher: string; readonly corpus: string }, options: DistillTranslatorOptions): Promise<void> {
  const objective = objectiveOf(command, options);
  refuseUnfit(command, options, objective);
  const metric = translationMetric(command, options);
  const selection = selectionOf(command, options);
  const console = door.console();
  const splits = await openParallelSplits(corpus, options.translation, options);
  const { train, dev, test } = splits;
  await startEngine(console, options);
  const teacher = await openTranslatorFolder(place);
  const starting = await studentOf(teacher, splits, options);
  for (const notice of [...teacher.notices, ...starting.notices]) console.note(notice);
  const print = await modelFingerprint(teacher.model);
  if (objective.listens) requireOneVocabulary(starting, teacher, options);
  if (starting.layerMap !== undefined) console.say(`${formatTable(['student', 'teacher'], starting.layerMap.map((row) => [row.student, row.teacher]))}\n`);
  const encoding = { maxSourceTokens: starting.maxTokens, maxTargetTokens: starting.maxTokens };
  const learned = async (run: Run): Promise<EncodedCorpus> => {
    if (!objective.reads) return encodePairs(await gather(train), starting.tokenizers, encoding);
    const { corpus: _train, ...translation } = await translating(teacher, train, options, { root: options.translations, choice: selection.choice, console });
    return distilledCorpus({ ...translation, pairs: train, tokenizers: starting.tokenizers, encoding, ...selection, onSelected: (counts) => run.say(selectionText(counts)) }, { signal: run.signal });
  };
  const judging = { batchTokens: options.batchTokens, console, ...(options.beams !== undefined && { beams: options.beams }), ...(options.lengthPenalty !== undefined && { lengthPenalty: options.lengthPenalty }) };
  const folder = options.out ?? join('runs', `${corpusName(corpus, {})}-student`);
  const kept = join(folder, 'student');
  await withRun({ folder, command: door.command, settings: options, console, signal: door.signal }, async (run) => {
    const encoded = await learned(run);
    noteCut(encoded, console);
    const trained = await trainTranslator(run, 'student', {
      ...starting, corpus: encoded, corpusName: train.name, dev, test, metric,
      objective: objective.made,
      ...(objective.listens && { teacher: liveTeacher(teacher.model, { name: `live ${print.slice(0, 16)}` }) }),
      settings: trainSettings(options, { ...starting, examples: encoded.exampleIds.length }),
      judging, story: `Distilled from ${place} on ${train.name} (${objective.name}).`,
    });
    const { console: _console, ...search } = judging;
    const maxTokens = Math.min(starting.maxTokens, teacher.model.config.positions ?? Infinity);
    const { result } = await run.stage<Judgement>('teacher', { teacher: print, test: test.fingerprint, search, maxTokens }, () => judgeTranslator('teacher', teacher, test, { ...judging, maxTokens, signal: run.signal }));
    await concludeTranslation(run, {
      title: `${train.name}: a student of ${place}`, subtitle: 'What a small translator keeps of its teacher.', test, kept, student: true,
      models: [{ ...trained, role: 'student' }, { name: 'teacher', role: 'teacher', model: place, judgement: result }],
      ...(starting.layerMap && { layerMap: starting.layerMap }),
    });
  });
  console.answer({ folder, student: kept, evaluation: await readJson(join(folder, 'evaluation.json')) });
}

interface ChosenObjective {
  readonly name: string;
  readonly made: Objective;
  /** Whether what the teacher wrote is learned from, in the references' place. */
  readonly reads: boolean;
  /** Whether the teacher is asked at every step. */
  readonly listens: boolean;
}

function objectiveOf(command: Command, { objective, hardWeight, temperature = 1, labelSmoothing: epsilon = 0 }: DistillTranslatorOptions): ChosenObjective {
  const typed = command.getOptionValueSource('objective') === 'cli';
  const name = !typed && objective === plainChoice ? 'seq-kd' : objective;
  if (!translationObjectives.includes(name)) command.error(`error: --objective ${name}: translators learn by ${translationObjectives.join(', ')}`);
  const listens = name !== 'seq-kd';
  // The teacher counts 1 beside the token's own likelihood.
  return { name, reads: name !== 'word-kd', listens, made: listens ? wordKd({ alpha: 1 / (1 + hardWeight), temperature }) : seqKd({ epsilon }) };
}

function refuseUnfit(command: Command, options: DistillTranslatorOptions, { reads, listens }: ChosenObjective): void {
  refuseOtherOptions(command, [...pairDistillation, ...sharedOptions, ...students], 'it is for classifiers; leave it away with --translation');
  if ([options.size, options.layers, options.from].filter((given) => given !== undefined).length !== 1) command.error('error: which student? Give one of --size ENCODER+DECODERxWIDTH, --layers LIST (of the decoder) and --from FOLDER');
  if (options.size === undefined) refuseOptions(command, ['vocabulary', 'family'], 'only a fresh student (--size) has a choice there');
  if (options.layers === undefined) refuseOptions(command, ['encoderLayers'], 'only a student cut from its teacher (--layers) takes over layers');
  if (!listens) refuseOptions(command, ['temperature', 'hardWeight'], 'the teacher is not asked at every word; give --objective word-kd or word-kd+seq-kd');
  if (listens) refuseOptions(command, ['labelSmoothing'], 'the teacher says how likely other words are');
  if (!reads) refuseOptions(command, [...choiceOptions, ...storeOptions, 'nBest', 'maxNewTokens', 'translations'], 'the references are learned from, nothing the teacher wrote; give --objective word-kd+seq-kd for both');
  refuseUnusedTraining(command, options);
}

async function studentOf(teacher: TranslatorFolder, { train }: ParallelSplits, options: DistillTranslatorOptions): Promise<StartingTranslator> {
  if (options.layers !== undefined) return startCutTranslator(teacher, { layers: options.layers, encoderLayers: options.encoderLayers }, options);
  if (options.from !== undefined) return startFromTranslator(await openTranslatorFolder(options.from), options);
  const tokenizers = options.vocabulary === undefined ? teacher.tokenizers : await trainTranslationVocabulary(train, { size: options.vocabulary });
  return startFreshTranslator(options.size ?? '', tokenizers, { ...options, maxTokens: options.maxTokens ?? tokenLimit(teacher, {}) });
}

/** @throws where student and teacher cut text differently: no word of the one is the other's. */
function requireOneVocabulary({ tokenizers, config, maxTokens }: StartingTranslator, { folder, tokenizers: theirs, model }: TranslatorFolder, { objective }: DistillTranslatorOptions): void {
  const { vocabulary, startId, positions = Infinity } = model.config;
  if (tokenizers.source.fingerprint !== theirs.source.fingerprint || tokenizers.target.fingerprint !== theirs.target.fingerprint) throw new Error(`--objective ${objective}: the student and ${folder} cut text differently, so they do not speak of the same words; leave --vocabulary away, take a student that starts as the teacher's (--layers), or let it learn what the teacher writes: --objective seq-kd`);
  if (config.vocabulary !== vocabulary || config.startId !== startId) throw new Error(`--objective ${objective}: the student writes with ${config.vocabulary} tokens from token ${config.startId}, ${folder} with ${vocabulary} from ${startId}; take the teacher's family and vocabulary`);
  if (maxTokens > positions) throw new Error(`--objective ${objective}: the student reads ${maxTokens} tokens, ${folder} has only ${positions} positions; give --max-tokens ${positions}`);
}
