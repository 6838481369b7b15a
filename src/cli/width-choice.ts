/**
 * Which heads and neurons a student cut from its teacher keeps: `--heads`, `--feed-forward` and by what they are chosen. Gradients are those
 * of the loss on labels, over the first training examples, without dropout.
 */
import { type Command, Option } from 'commander';
import { randomKey } from '../engine/random.ts';
import { createModel, type Model } from '../models/model.ts';
import { narrowConfig, narrowStudent, type WidthCut } from '../models/width-cut.ts';
import { type HostValues, importanceByGradients, importanceByMagnitudes } from '../models/width-importance.ts';
import { hardLabels } from '../objectives/hard-labels.ts';
import type { LayerRow } from '../report/html.ts';
import { evaluationBatches } from '../text/batches.ts';
import { makeCorpus } from '../text/corpus.ts';
import { encodeCorpus } from '../text/encoded-corpus.ts';
import type { Example, LabelSpace } from '../text/example.ts';
import type { StreamedCorpus } from '../text/streamed-corpus.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import { disposeStep, stepGradients } from '../train/gradients.ts';
import { wholeNumber } from './option-values.ts';

export interface WidthOptions {
  readonly heads?: number;
  readonly feedForward?: number;
  readonly importance?: 'gradients' | 'magnitudes';
}

/** What gradients are taken on. */
export interface ImportanceText {
  readonly train: StreamedCorpus;
  readonly labels: LabelSpace;
  readonly tokenizer: Tokenizer;
  readonly maxTokens: number;
}

const [examplesRead, rows] = [256, 32];

export function isNarrowed({ heads, feedForward }: WidthOptions): boolean {
  return heads !== undefined || feedForward !== undefined;
}

export function addWidthOptions(command: Command): Command {
  return command
    .option('--heads <n>', 'with --layers: keep so many heads of every layer, and as much of the width', wholeNumber)
    .option('--feed-forward <n>', 'with --layers: keep so many neurons of every feed-forward block', wholeNumber)
    .addOption(new Option('--importance <how>', 'by what heads and neurons are kept: gradients of the loss on 256 training examples, or magnitudes of weights (default: gradients)').choices(['gradients', 'magnitudes']));
}

/** The narrower model, the wider one disposed of, and rows for the table of what it took over. */
export async function narrowedModel(model: Model, { heads, feedForward, importance = 'gradients' }: WidthOptions, text: ImportanceText): Promise<{ model: Model; rows: LayerRow[] }> {
  const { config } = model;
  const cut: WidthCut = { ...(heads !== undefined && { heads }), ...(feedForward !== undefined && { feedForwardWidth: feedForward }) };
  narrowConfig(config, cut); // refused before anything is computed
  const weights = await model.parameters.read();
  const scores = importance === 'magnitudes' ? importanceByMagnitudes(config, weights) : await importanceByGradients(config, weights, gradientsOf(model, text));
  const { model: narrow, kept } = await narrowStudent(model, cut, scores);
  model.dispose();
  const layers = kept.heads.map((those, layer) => ({ student: `heads of layer ${layer + 1}`, teacher: `${those.map((head) => head + 1).join(', ')} of ${config.heads}` }));
  return {
    model: narrow,
    rows: [
      { student: `width ${narrow.config.width}`, teacher: `of ${config.width}` },
      ...(heads === undefined ? [] : layers),
      { student: `${narrow.config.feedForwardWidth} neurons a block`, teacher: `of ${config.feedForwardWidth}` },
    ],
  };
}

async function* gradientsOf({ config, parameters }: Model, { train, labels, tokenizer, maxTokens }: ImportanceText): AsyncGenerator<HostValues> {
  const calm = createModel({ ...config, hiddenDropout: 0, attentionDropout: 0, classifierDropout: 0 }, parameters);
  const examples: Example[] = [];
  for await (const example of train.read()) {
    examples.push(example);
    if (examples.length === examplesRead) break;
  }
  const encoded = await encodeCorpus(makeCorpus(examples, train), tokenizer, { maxTokens, labels });
  for (const host of evaluationBatches(encoded, { rows, padId: tokenizer.padId })) {
    const step = await stepGradients({ student: calm, objective: hardLabels() }, [host], { step: 1, key: randomKey(0) });
    const values = new Map<string, { data: Float32Array }>();
    try {
      for (const [name, variable] of parameters.entries()) values.set(name, { data: ((await step.gradients.get(variable)?.data()) as Float32Array | undefined) ?? new Float32Array(variable.size) });
    } finally {
      disposeStep(step);
    }
    yield values;
  }
}
