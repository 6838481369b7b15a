/**
 * Holds a saved translator's ONNX files to what it wrote by greedy search, by loading the folder as a user would: tokenizer and model through
 * `@huggingface/transformers`, on the CPU in float32. (That library knows no search by beams.) It writes nothing and prints nothing.
 */
import { resolve } from 'node:path';
import type * as TransformersJs from '@huggingface/transformers';
import { withTransformersJs } from './transformers-js.ts';

export interface StoredTranslations {
  readonly texts: readonly string[];
  /** What our own engine wrote of each, greedily, having read at most `maxTokens` tokens. */
  readonly translations: readonly string[];
  readonly maxTokens: number;
  /** What it could write at most, where that was not the model's own limit. */
  readonly maxNewTokens?: number;
}

export interface TranslationComparison {
  /** Sentences that were compared. */
  readonly examples: number;
  /** Sentences left out, being longer than `maxTokens` or what the folder's tokenizer lets through: transformers.js truncates by cutting off the closing end as well. */
  readonly tooLong: number;
  /** Share of the sentences with the same translation, 0..1. Where two words are as likely as each other, rounding decides. */
  readonly agreement: number;
  /** Mean wall time, tokenisation excluded, in batches of up to 32, or of one where repeated n-grams are forbidden. */
  readonly millisecondsPerExample: number;
}

const usualBatch = 32;

/**
 * Translates again by way of the ONNX files. Run one at a time (`withTransformersJs`).
 * Throws when transformers.js is not installed (TransformersJsMissing), the folder cannot be loaded, or there is nothing to compare.
 */
export async function compareTranslations(folder: string, { texts, translations, maxTokens, maxNewTokens }: StoredTranslations): Promise<TranslationComparison> {
  if (texts.length === 0 || texts.length !== translations.length) throw new Error(`${texts.length} texts with ${translations.length} translations: there is nothing to compare`);
  return withTransformersJs(async (library) => {
    const { tokenizer, model } = await load(library, resolve(folder));
    try {
      const own: unknown = tokenizer.model_max_length;
      const most = Math.min(maxTokens, typeof own === 'number' ? own : Infinity);
      const kept = texts.map((_, row) => row).filter((row) => (tokenizer([texts[row] ?? ''], { return_tensor: false }) as { input_ids: number[][] }).input_ids.every((ids) => ids.length <= most));
      if (kept.length === 0) throw new Error(`all ${texts.length} texts are longer than ${most} tokens: there is nothing to compare`);
      const batchSize = forbidsRepeats(model) ? 1 : usualBatch;
      let [same, milliseconds] = [0, 0];
      for (let start = 0; start < kept.length; start += batchSize) {
        const rows = kept.slice(start, start + batchSize);
        const inputs = tokenizer(rows.map((row) => texts[row] ?? ''), { padding: true }) as Record<string, unknown>;
        const began = performance.now();
        const written = (await model.generate({ ...inputs, ...(maxNewTokens !== undefined && { max_new_tokens: maxNewTokens }), num_beams: 1, do_sample: false })) as TransformersJs.Tensor;
        milliseconds += performance.now() - began;
        const found = tokenizer.batch_decode(written, { skip_special_tokens: true });
        same += rows.filter((row, place) => found[place]?.trim() === translations[row]?.trim()).length;
      }
      return { examples: kept.length, tooLong: texts.length - kept.length, agreement: same / kept.length, millisecondsPerExample: milliseconds / kept.length };
    } finally {
      await model.dispose();
    }
  });
}

/** The ends that follow an end in a batch are repeated n-grams, which such a model may not write: it would go on. */
function forbidsRepeats(model: TransformersJs.PreTrainedModel): boolean {
  const { no_repeat_ngram_size: size } = (model as { generation_config?: { no_repeat_ngram_size?: number | null } | null }).generation_config ?? {};
  return (size ?? 0) > 0;
}

async function load({ AutoTokenizer, AutoModelForSeq2SeqLM }: typeof TransformersJs, folder: string) {
  try {
    const tokenizer = await AutoTokenizer.from_pretrained(folder, { local_files_only: true });
    return { tokenizer, model: await AutoModelForSeq2SeqLM.from_pretrained(folder, { local_files_only: true, dtype: 'fp32', device: 'cpu' }) };
  } catch (cause) {
    const needed = 'config.json, generation_config.json, tokenizer.json, tokenizer_config.json, onnx/encoder_model.onnx and onnx/decoder_model_merged.onnx';
    throw new Error(`${folder}: transformers.js cannot load this translator (it needs ${needed}): ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}
