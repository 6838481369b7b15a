/**
 * Holds a saved student's `onnx/model.onnx` to the logits it was trained to give, by loading the folder as a user would:
 * tokenizer and model through `@huggingface/transformers`, on the CPU in float32. It writes nothing and prints nothing.
 */
import { resolve } from 'node:path';
import type * as TransformersJs from '@huggingface/transformers';
import type { EncodedLabels } from '../text/encoded-labels.ts';
import { withTransformersJs } from './transformers-js.ts';

export interface StoredLogits {
  readonly texts: readonly string[];
  readonly pairs?: readonly string[];
  /** [B, C], row by row, as our own engine computed them for these texts cut to `maxTokens`. */
  readonly logits: Float32Array;
  readonly classes: number;
  /** What they mean. Default: one class an example. */
  readonly kind?: EncodedLabels['kind'];
  readonly maxTokens: number;
}

export interface OnnxComparison {
  /** Examples that were compared. */
  readonly examples: number;
  /** Examples left out, being longer than `maxTokens`: transformers.js truncates by cutting off the closing [SEP] as well. */
  readonly tooLong: number;
  /** Largest absolute difference between two logits; NaN when one of them is not a number. */
  readonly largestDifference: number;
  /** Share of the examples with the same class, or the same set of classes, 0..1; absent for scores, which are never quite the same. */
  readonly agreement?: number;
  /** Mean wall time of the model alone, tokenisation excluded, in batches of up to 32. */
  readonly millisecondsPerExample: number;
}

const batchSize = 32;

/**
 * Compares the ONNX file of a student's folder with logits already known. Run one at a time (`withTransformersJs`).
 * Throws when transformers.js is not installed (TransformersJsMissing), when the folder cannot be loaded, the counts do not fit each other, or every example is longer than `maxTokens`.
 */
export async function compareWithTransformersJs(folder: string, stored: StoredLogits): Promise<OnnxComparison> {
  requireFittingCounts(stored);
  return withTransformersJs(async (library) => {
    // A relative path could pass for the name of a model on the hub and be looked for elsewhere.
    const { tokenizer, model } = await load(library, resolve(folder));
    try {
      return await compare(tokenizer, model, stored);
    } finally {
      await model.dispose();
    }
  });
}

function requireFittingCounts({ texts, pairs, logits, classes }: StoredLogits): void {
  if (texts.length === 0) throw new Error('there is no text to compare logits on');
  if (pairs !== undefined && pairs.length !== texts.length) {
    throw new Error(`${texts.length} texts cannot be paired with ${pairs.length} second texts`);
  }
  const needed = texts.length * classes;
  if (logits.length !== needed) throw new Error(`${texts.length} texts of ${classes} classes need ${needed} logits, not ${logits.length}`);
}

/** By the class of its kind; a kind that the library has no class for, a BiLSTM, by the one below all of them. */
async function loadAs(usual: typeof TransformersJs.AutoModelForSequenceClassification, plain: typeof TransformersJs.PreTrainedModel, folder: string): Promise<TransformersJs.PreTrainedModel> {
  const options = { local_files_only: true, dtype: 'fp32', device: 'cpu' } as const;
  try {
    return await usual.from_pretrained(folder, options);
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('Unsupported model type'))) throw error;
    return plain.from_pretrained(folder, options);
  }
}

async function load({ AutoTokenizer, AutoModelForSequenceClassification, PreTrainedModel }: typeof TransformersJs, folder: string) {
  try {
    const local = { local_files_only: true };
    const tokenizer = await AutoTokenizer.from_pretrained(folder, local);
    return { tokenizer, model: await loadAs(AutoModelForSequenceClassification, PreTrainedModel, folder) };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const needed = 'config.json, tokenizer.json, tokenizer_config.json and onnx/model.onnx';
    throw new Error(`${folder}: transformers.js cannot load this student (it needs ${needed}): ${reason}`, { cause });
  }
}

async function compare(
  tokenizer: TransformersJs.PreTrainedTokenizer,
  model: TransformersJs.PreTrainedModel,
  { texts, pairs, logits, classes, kind = 'single-label', maxTokens }: StoredLogits,
): Promise<OnnxComparison> {
  const textsOf = (rows: readonly number[]) => rows.map((row) => texts[row] ?? '');
  const pairsOf = (rows: readonly number[]) => (pairs === undefined ? {} : { text_pair: rows.map((row) => pairs[row] ?? '') });
  const fits = (row: number) => {
    const { input_ids } = tokenizer(textsOf([row]), { ...pairsOf([row]), return_tensor: false });
    return input_ids.every((ids) => ids.length <= maxTokens);
  };
  const kept = texts.map((_, row) => row).filter(fits);
  if (kept.length === 0) throw new Error(`all ${texts.length} texts are longer than ${maxTokens} tokens: there is nothing to compare`);

  let largestDifference = 0;
  let agreed = 0;
  let milliseconds = 0;
  for (let start = 0; start < kept.length; start += batchSize) {
    const rows = kept.slice(start, start + batchSize);
    const inputs = tokenizer(textsOf(rows), { ...pairsOf(rows), padding: true });
    const began = performance.now();
    const output = (await model(inputs)) as TransformersJs.SequenceClassifierOutput;
    milliseconds += performance.now() - began;
    const got = output.logits.data as Float32Array;
    if (got.length !== rows.length * classes) {
      throw new Error(`the ONNX model gives [${output.logits.dims.join(', ')}] logits where [${rows.length}, ${classes}] were expected`);
    }
    for (const [place, row] of rows.entries()) {
      const ours = logits.subarray(row * classes, (row + 1) * classes);
      const theirs = got.subarray(place * classes, (place + 1) * classes);
      for (const [column, value] of ours.entries()) {
        largestDifference = Math.max(largestDifference, Math.abs(value - (theirs[column] ?? NaN)));
      }
      if (answerOf(ours, kind) === answerOf(theirs, kind)) agreed++;
    }
  }
  return {
    examples: kept.length,
    tooLong: texts.length - kept.length,
    largestDifference,
    ...(kind !== 'regression' && { agreement: agreed / kept.length }),
    millisecondsPerExample: milliseconds / kept.length,
  };
}

/** What a row of logits says, as something to compare: the class of the largest, or which lie above 0. */
function answerOf(row: Float32Array, kind: EncodedLabels['kind']): string {
  if (kind === 'multi-label') return Array.from(row, (logit) => (logit > 0 ? 1 : 0)).join('');
  return String(row.reduce((best, value, column) => (value > (row[best] ?? NaN) ? column : best), 0));
}
