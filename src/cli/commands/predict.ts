/**
 * `retort predict <model> <in>`: one JSON line for each example of a file, probabilities at full precision; or a file as GLUE's server
 * takes it. Of a translator: a line of translation for each line.
 */
import { type Command, Option } from 'commander';
import { checkSubmission, submissionFiles, writeSubmission } from '../../evaluate/glue-submission.ts';
import type { ClassifierConfig } from '../../models/classifiers.ts';
import { formatCount } from '../../report/units.ts';
import { writeFileAtomically } from '../../storage/atomic.ts';
import { classLogits } from '../../teacher/label-corpus.ts';
import { encodeCorpus } from '../../text/encoded-corpus.ts';
import { addTextOptions, type CorpusOptions, isFolder, openSubmitted } from '../corpus-options.ts';
import type { Door } from '../door.ts';
import { addEngineOption, type EngineOption, startEngine } from '../engine-option.ts';
import { cutNotice, openClassifier, requireModel, tokenLimit } from '../model-folder.ts';
import { openTexts, refuseUnfitting } from '../text-files.ts';
import { predictTranslations } from '../translation/predict-translations.ts';
import { addSearchOptions, type SearchOptions, searchOptions } from '../translation/search-options.ts';
import { isTranslator } from '../translation/translator-folder.ts';
import { columnOptions, refuseOptions } from '../unused-options.ts';

type Options = CorpusOptions & EngineOption & SearchOptions & { out?: string; submission?: string };

export function addPredict(program: Command, door: Door): void {
  const command = program
    .command('predict')
    .description('answer for every example of a file, as JSON lines; a translator translates its lines')
    .argument('<model>', 'the folder of a classifier or of a translator')
    .argument('<in>', 'a TSV, CSV or JSONL file, or a text file with one example a line; for --submission a GLUE folder, or the test split\'s file')
    .option('--out <file>', 'write here, whole or not at all (default: standard output; for --submission a folder, by default submission); translations as plain lines, or with their scores where it ends in .jsonl')
    .addOption(new Option('--submission <name>', 'write <name>.tsv as GLUE\'s server takes it').choices(submissionFiles.map(({ name }) => name)));
  for (const add of [addTextOptions, addEngineOption]) add(command);
  addSearchOptions(command, 'translations of each source, best first');
  command
    .addHelpText('after', '\nA translator\'s lines:\n  $ retort predict runs/translator/model sentences.en --beams 4 --out sentences.de\n\nExample:\n  $ retort predict runs/student/student corpora/opinions/sample/test.tsv --out runs/predictions.jsonl\n')
    .action(async (folder: string, file: string, { out, submission, ...options }: Options) => {
      if (await isTranslator(folder)) return predictTranslations(command, door, { folder, file, options: command.opts() });
      refuseOptions(command, searchOptions, `${folder} is no translator; leave that away`);
      if (submission !== undefined && (await isFolder(file))) refuseOptions(command, columnOptions, `the columns of ${submission}'s test split are known; leave that away`);
      const console = door.console();
      await requireModel(folder);
      if (submission === undefined) refuseUnfitting(file, options);
      const submitted = submissionFiles.find(({ name }) => name === submission);
      const corpus = submitted === undefined ? await openTexts(file, options) : await openSubmitted(file, submitted, options);
      const { examples } = corpus;
      await startEngine(console, options);
      const opened = await openClassifier(folder);
      const { config } = opened.model;
      if (submitted !== undefined) checkSubmission(submitted.name, { examples: examples.length, labels: config.labels });
      const encoded = await encodeCorpus(corpus, opened.tokenizer, { maxTokens: tokenLimit(opened, options) });
      const cut = cutNotice(encoded);
      if (cut !== undefined) console.note(cut);
      const logits = await classLogits(opened.model, encoded, { onProgress: console.count('predictions', 'examples', examples.length), signal: door.signal });
      if (submitted !== undefined) {
        const path = await writeSubmission(out ?? 'submission', submitted.name, { logits, labels: config.labels });
        console.say(`${formatCount(examples.length)} predictions in ${path}`);
        console.answer({ out: path, examples: examples.length });
        return;
      }
      const classes = config.labels.length;
      const answers = examples.map(({ id }, row) => ({ id, ...answerOf(config, logits.subarray(row * classes, (row + 1) * classes)) }));
      if (out === undefined) {
        for (const answer of answers) console.say(JSON.stringify(answer));
        console.answer(answers);
        return;
      }
      await writeFileAtomically(out, answers.map((answer) => Buffer.from(`${JSON.stringify(answer)}\n`)));
      console.say(`${formatCount(answers.length)} predictions in ${out}`);
      console.answer({ out, examples: answers.length });
    });
}

/** What one row of logits [C] answers. */
export function answerOf({ task, labels }: Pick<ClassifierConfig, 'task' | 'labels'>, logits: Float32Array) {
  const named = (probabilities: readonly number[]) => Object.fromEntries(labels.map((label, i) => [label, probabilities[i] ?? NaN]));
  if (task === 'regression') return { score: logits[0] ?? NaN };
  if (task === 'multi-label') {
    const probabilities = Array.from(logits, (logit) => 1 / (1 + Math.exp(-logit)));
    return { labels: labels.filter((_, i) => (probabilities[i] ?? 0) > 0.5), probabilities: named(probabilities) };
  }
  const largest = Math.max(...logits);
  const powers = Array.from(logits, (logit) => Math.exp(logit - largest));
  const sum = powers.reduce((a, b) => a + b, 0);
  return { label: labels[logits.indexOf(largest)] ?? '', probabilities: named(powers.map((power) => power / sum)) };
}
