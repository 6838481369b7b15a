/**
 * A saved translator's ONNX files, run once through transformers.js, or why that cannot be.
 */
import { join } from 'node:path';
import { isThere } from '../../storage/is-there.ts';
import { compareTranslations, type StoredTranslations, type TranslationComparison } from '../../evaluate/onnx-translation-check.ts';
import { TransformersJsMissing } from '../../evaluate/transformers-js.ts';
import { translatorOnnxFiles } from '../../models/seq2seq/onnx-export.ts';

/** @returns a text where nothing could be compared. @throws where the folder has all files and still cannot be run. */
export async function checkTranslatorOnnx(folder: string, stored: StoredTranslations): Promise<TranslationComparison | string> {
  if (!(await isThere(join(folder, 'onnx', translatorOnnxFiles.decoder)))) return 'the folder has none: an earlier version made it (retort export writes it), or the model is above the 2 GiB that such a file holds';
  if (!(await isThere(join(folder, 'tokenizer.json')))) return 'transformers.js reads tokenizer.json, and this folder has sentencepiece models';
  try {
    return await compareTranslations(folder, stored);
  } catch (error) {
    if (!(error instanceof TransformersJsMissing)) throw error;
    return error.message;
  }
}
