/** Every reader of outside bytes, for the suite (readers.test.ts) and for `npm run fuzz`. */
import type { Format } from './format.ts';
import { modelFormats } from './formats/models.ts';
import { runFormats } from './formats/runs.ts';
import { shardFormats } from './formats/shards.ts';
import { textFormats } from './formats/texts.ts';
import { translatorFormats } from './formats/translators.ts';
import { weightFormats } from './formats/weights.ts';

export const formats: readonly Format[] = [...weightFormats, ...shardFormats, ...textFormats, ...modelFormats, ...translatorFormats, ...runFormats];

/** Files of src that read something and are in no format, with the reason. */
export const exempt: ReadonlyMap<string, string> = new Map([
  ['src/storage/hash.ts', 'hashes bytes, whatever they are'],
  ['src/storage/protobuf.ts', 'writes only'],
  ['src/storage/tf-record.ts', 'writes only'],
  ['src/cli/commands/distill.ts', 'reads the evaluation that this command has just written'],
  ['src/cli/translation/distill-translator.ts', 'reads the evaluation that this command has just written'],
  ['src/cli/translation/evaluate-translator.ts', 'takes lines as text/lines.ts gives them, which is fuzzed: any text is a translation'],
  ['src/cli/translation/predict-translations.ts', 'takes lines as text/lines.ts gives them, which is fuzzed: any text is a sentence'],
  ['src/cli/model-folder.ts', 'looks for a word in config.json; the loader reads it, which is fuzzed'],
  ['src/cli/engine-report.ts', 'reads what a child of this very program says; anything else is a problem it tells'],
  ['src/cli/engine-warnings.ts', "looks for a word in the system's own files"],
  ['src/engine/torch/unchanged.ts', 'takes nothing from a record but sizes to compare; any other content says nothing'],
  ['src/cli/native/trial-load.ts', 'reads what a child of this very program says'],
  ['src/cli/tensorflow/fetch-packages.ts', 'reads what npm says of what it fetched; the package is held to its checksum'],
  ['src/cli/tensorflow/find-tensorflow.ts', "looks for a word in TensorFlow's own files"],
  ['src/cli/native/find-libtorch.ts', "looks for a word in LibTorch's own headers"],
]);
