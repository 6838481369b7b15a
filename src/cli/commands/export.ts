/**
 * `retort export <model>`: a classifier as ONNX for transformers.js, and the proof that it gives the same logits there; a translator likewise,
 * with the proof that it writes the same.
 */
import { join } from 'node:path';
import type { Command } from 'commander';
import { compareWithTransformersJs } from '../../evaluate/onnx-check.ts';
import { exportOnnx } from '../../models/onnx-export.ts';
import { classifierToJson, tokenizerOptions } from '../../models/save.ts';
import { writeJson } from '../../storage/json.ts';
import { classLogits } from '../../teacher/label-corpus.ts';
import { classTask } from '../../teacher/labeller.ts';
import type { Corpus } from '../../text/corpus.ts';
import { encodeCorpus } from '../../text/encoded-corpus.ts';
import { saveTokenizer } from '../../text/tokenizer-files.ts';
import { addTextOptions, type CorpusOptions } from '../corpus-options.ts';
import type { Door } from '../door.ts';
import { addEngineOption, type EngineOption, startEngine } from '../engine-option.ts';
import { type ModelFolder, openClassifier, requireModel, tokenLimit } from '../model-folder.ts';
import { onnxCheckText } from '../onnx-check-text.ts';
import { openTexts, refuseUnfitting } from '../text-files.ts';
import { exportTranslator } from '../translation/export-translator.ts';
import { isTranslator } from '../translation/translator-folder.ts';
import { columnOptions, refuseOptions } from '../unused-options.ts';

type Options = CorpusOptions & EngineOption & { out?: string; check?: string };

/** Logits of the same weights in two float32 runtimes differ by less; a difference above is another model. */
const largestAllowed = 1e-3;

export function addExport(program: Command, door: Door): void {
  const command = program
    .command('export')
    .description('write a classifier or translator as ONNX, as transformers.js and ONNX Runtime load it')
    .argument('<model>', 'its folder')
    .option('--out <folder>', 'a folder of its own: config, tokenizer and onnx/ (default: onnx/ in the model\'s folder)')
    .option('--check <file>', 'run these texts through transformers.js and compare logits, or translations by greedy search');
  for (const add of [addTextOptions, addEngineOption]) add(command);
  command
    .addHelpText('after', '\nExample:\n  $ retort export runs/student/student --out runs/web --check corpora/opinions/sample/dev.tsv\n')
    .action(async (folder: string, { out, check, ...options }: Options) => {
      if (check === undefined) refuseOptions(command, [...columnOptions, 'maxTokens'], 'they are about the texts of --check; give these too');
      if (await isTranslator(folder)) return exportTranslator(command, door, folder, command.opts());
      const console = door.console();
      await requireModel(folder);
      if (check !== undefined) refuseUnfitting(check, options);
      const texts = check === undefined ? undefined : await openTexts(check, options);
      await startEngine(console, options);
      const opened = await openClassifier(folder);
      const { config, parameters } = opened.model;
      const target = out ?? folder;
      const path = join(target, 'onnx', 'model.onnx');
      await exportOnnx({ config, weights: await parameters.read(), path });
      if (out !== undefined) {
        await writeJson(join(out, 'config.json'), classifierToJson(config));
        await saveTokenizer(opened.tokenizer, out, tokenizerOptions(config, opened.tokenizer));
      }
      console.say(path);
      const comparison = texts === undefined ? undefined : await compare(opened, texts, { target, options, signal: door.signal });
      if (comparison !== undefined) console.say(`transformers.js: ${onnxCheckText(comparison, 'texts')}`);
      console.answer({ path, ...(comparison && { check: comparison }) });
      if (comparison !== undefined && !(comparison.largestDifference <= largestAllowed)) throw new Error(`${path}: its logits differ by ${comparison.largestDifference.toExponential(1)}, more than ${largestAllowed}: do not use it`);
    });
}

async function compare(opened: ModelFolder, corpus: Corpus, { target, options, signal }: { target: string; options: Options; signal: AbortSignal }) {
  const { model, tokenizer } = opened;
  const maxTokens = tokenLimit(opened, options);
  const logits = await classLogits(model, await encodeCorpus(corpus, tokenizer, { maxTokens }), { signal });
  const pairs = corpus.examples.map(({ pair }) => pair ?? '');
  return compareWithTransformersJs(target, {
    texts: corpus.examples.map(({ text }) => text),
    ...(options.pair !== undefined && { pairs }),
    logits, classes: model.config.labels.length, kind: classTask(model.config.task), maxTokens,
  });
}
