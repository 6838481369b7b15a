/**
 * `retort evaluate <model> <corpus>`: scores, size and latency of a classifier, and its likeness to a teacher.
 */
import type { Command } from 'commander';
import { classificationScores, predictedClasses } from '../../evaluate/classification.ts';
import { fidelity } from '../../evaluate/fidelity.ts';
import { classLogits } from '../../teacher/label-corpus.ts';
import type { Corpus } from '../../text/corpus.ts';
import { encodeCorpus } from '../../text/encoded-corpus.ts';
import { formatCount } from '../../report/units.ts';
import { latencyOf } from '../classifier.ts';
import { addCorpusOptions, type CorpusOptions, openScored } from '../corpus-options.ts';
import type { Door } from '../door.ts';
import { addEngineOption, type EngineOption, startEngine } from '../engine-option.ts';
import { agreeOnLabels, cutNotice, openClassifier, requireModel, tokenLimit } from '../model-folder.ts';
import { type ScoredModel, scoreTable } from '../score-table.ts';

type Options = CorpusOptions & EngineOption & { teacher?: string; split?: string };

export function addEvaluate(program: Command, door: Door): void {
  const command = program
    .command('evaluate')
    .description('score a classifier, and say how like its teacher it is')
    .argument('<model>', 'a classifier\'s folder')
    .argument('<corpus>', 'a labelled file, or a corpus folder (its test split; dev where no labelled test is)')
    .option('--split <name>', 'score on this split of the folder, as dev, or dev-mismatched of MNLI')
    .option('--teacher <folder>', 'hold it against this classifier');
  for (const add of [addCorpusOptions, addEngineOption]) add(command);
  command
    .addHelpText('after', '\nExample:\n  $ retort evaluate runs/student/student corpora/opinions/sample --teacher runs/teacher/model\n')
    .action(async (folder: string, path: string, options: Options) => {
      const console = door.console();
      await requireModel(folder);
      if (options.teacher !== undefined) await requireModel(options.teacher);
      const corpus = await openScored(path, options);
      await startEngine(console, options);
      const model = await scoreFolder(door, { name: 'model', folder, corpus, path, options });
      const teacher = options.teacher === undefined ? undefined : await scoreFolder(door, { name: 'teacher', folder: options.teacher, corpus, path, options });
      const models = teacher === undefined ? [model] : [{ ...model, fidelity: likeness(model, teacher) }, teacher];
      console.say(scoreTable(models));
      console.say(`\non ${formatCount(corpus.examples.length)} examples of ${corpus.name} (${corpus.split})`);
      console.answer({ corpus: corpus.name, split: corpus.split, examples: corpus.examples.length, models: models.map(({ logits: _logits, ...facts }) => facts) });
    });
}

interface FolderScores extends ScoredModel {
  readonly folder: string;
  readonly names: readonly string[];
  /** [N, C] in corpus order. */
  readonly logits: Float32Array;
}

/** Each model reads with its own tokeniser and orders classes its own way. */
async function scoreFolder(door: Door, { name, folder, corpus, path, options }: { name: string; folder: string; corpus: Corpus; path: string; options: Options }): Promise<FolderScores> {
  const console = door.console();
  const opened = await openClassifier(folder);
  const { model, bytes } = opened;
  const { labels: names } = model.config;
  const labels = agreeOnLabels(corpus.labels, { names, model: folder, place: path });
  const encoded = await encodeCorpus(corpus, opened.tokenizer, { maxTokens: tokenLimit(opened, options), labels });
  const cut = cutNotice(encoded);
  if (cut !== undefined) console.note(`${folder}: ${cut}`);
  if (encoded.labels?.kind !== 'single-label') throw new Error(`${path}: one class per example is wanted`);
  const logits = await classLogits(model, encoded, { onProgress: console.count(name, 'examples', corpus.examples.length), signal: door.signal });
  const scores = classificationScores({ predictions: predictedClasses(logits, names.length), labels: encoded.labels.indices, classes: names.length });
  const latencyMs = await latencyOf(model, encoded);
  const { count: parameters } = model.parameters;
  model.dispose();
  return { name, folder, names, parameters, bytes, scores, latencyMs, logits };
}

function likeness(student: FolderScores, teacher: FolderScores) {
  const order = student.names.map((name) => teacher.names.indexOf(name));
  if (order.includes(-1) || teacher.names.length !== order.length) throw new Error(`${student.folder} answers ${student.names.join(', ')}, ${teacher.folder} ${teacher.names.join(', ')}: they cannot be compared`);
  const classes = order.length;
  const inOrder = teacher.logits.map((_, i) => teacher.logits[i - (i % classes) + (order[i % classes] ?? 0)] ?? NaN);
  return fidelity({ student: student.logits, teacher: inOrder, classes });
}
