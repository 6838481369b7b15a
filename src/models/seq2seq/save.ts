/**
 * Saving an encoder-decoder as a Hugging Face folder that Python and transformers.js load as it is: config.json, generation_config.json,
 * model.safetensors, model card, ONNX, and the tokenizer's files, which the caller writes. All of it or nothing.
 */
import { join } from 'node:path';
import type { Precision } from '../../engine/options.ts';
import { writeFileAtomically, writeFolderAtomically } from '../../storage/atomic.ts';
import { writeCheckpoint } from '../../storage/checkpoint.ts';
import { float32Tensor } from '../../storage/halves.ts';
import { isThere } from '../../storage/is-there.ts';
import { writeJson } from '../../storage/json.ts';
import { type CardFacts, cardOf } from '../model-card.ts';
import type { Seq2SeqConfig } from './config.ts';
import { generationConfigToJson, seq2seqConfigToJson } from './config-file.ts';
import { seq2seqFamilies } from './families.ts';
import type { Seq2Seq } from './model.ts';
import { exportTranslatorOnnx, fitsTranslatorOnnx } from './onnx-export.ts';

export interface SaveSeq2SeqOptions {
  /** Writes the tokenizer's files into the folder it is handed. */
  readonly tokenizer: (folder: string) => Promise<void>;
  readonly card: CardFacts;
  /** Whether the two files of onnx/ are written. Default: they are, unless one would be above the 2 GiB that it can hold. */
  readonly onnx?: boolean;
  /** Kept as parity.json, so that `scripts/parity.py` can hold transformers against it. */
  readonly parity?: TranslationSamples;
  /** Splits the weights into shards of at most this size. */
  readonly maxShardBytes?: number;
}

/** What this engine says of some sources. */
export interface TranslationSamples {
  /** The sources as texts; null where they are token ids alone. */
  readonly texts: readonly string[] | null;
  readonly sources: readonly (readonly number[])[];
  /** What the decoder was fed of each, and its logits after the last of it. */
  readonly fed: readonly (readonly number[])[];
  readonly logits: readonly (readonly number[])[];
  /** Token ids by the model's own settings, without the start token. */
  readonly translations: readonly (readonly number[])[];
  readonly precision: Precision;
}

/** Writes `folder`; one that exists is replaced as a whole. */
export async function saveSeq2Seq(folder: string, { config, parameters }: Seq2Seq, { tokenizer, card, parity, maxShardBytes, onnx = fitsTranslatorOnnx(config) }: SaveSeq2SeqOptions): Promise<void> {
  const values = await parameters.read();
  const tensors = new Map([...values].map(([name, { shape, data }]) => [name, float32Tensor(shape, data)]));
  await writeFolderAtomically(folder, async (temporary) => {
    await writeSeq2SeqConfig(temporary, config);
    await writeCheckpoint(temporary, tensors, { metadata: { format: 'pt' }, ...(maxShardBytes === undefined ? {} : { maxShardBytes }) });
    await tokenizer(temporary);
    if (onnx) await exportTranslatorOnnx({ config, weights: values, folder: join(temporary, 'onnx') });
    if (parity !== undefined) await writeJson(join(temporary, 'parity.json'), parity);
    await writeFileAtomically(join(temporary, 'README.md'), translatorCard(config, parameters.count, card, { onnx: onnx && (await isThere(join(temporary, 'tokenizer.json'))) }));
  });
}

/** config.json and generation_config.json. */
export async function writeSeq2SeqConfig(folder: string, config: Seq2SeqConfig): Promise<void> {
  await writeJson(join(folder, 'config.json'), seq2seqConfigToJson(config), { decimals: seq2seqFamilies[config.family].decimals });
  await writeJson(join(folder, 'generation_config.json'), generationConfigToJson(config));
}

/** @param onnx whether transformers.js has all that it reads: the files of onnx/ and a tokenizer.json, which OPUS-MT's folders lack. */
function translatorCard(config: Seq2SeqConfig, parameters: number, facts: CardFacts, { onnx }: { onnx: boolean }): string {
  const { family, encoderLayers, layers, width, heads, vocabulary, generation: { beams, lengthPenalty, maxNewTokens } } = config;
  return cardOf({ library: 'transformers', pipelineTag: 'translation' }, facts, [
    `${seq2seqFamilies[family].title}, ${encoderLayers}+${layers} layers x ${width}, ${heads} heads, vocabulary ${vocabulary}, ${parameters.toLocaleString('en-GB')} parameters.`,
    `It searches with ${beams} ${beams === 1 ? 'beam' : 'beams'}, length penalty ${lengthPenalty}, as generation_config.json says.`,
  ], [
    ...(onnx ? [
      '## In Node or the browser',
      '',
      '```js',
      "import { env, pipeline } from '@huggingface/transformers';",
      "env.localModelPath = '.'; // the folder that holds this one",
      "const translate = await pipeline('translation', 'FOLDER', { dtype: 'fp32' }); // this folder's name",
      `console.log(await translate(${JSON.stringify(facts.example ?? 'This is a test.')}, { max_new_tokens: ${maxNewTokens} })); // greedily: it knows no beams`,
      '```',
      '',
    ] : []),
    '## In Python',
    '',
    '```python',
    'from transformers import AutoModelForSeq2SeqLM, AutoTokenizer',
    'tokenizer, model = AutoTokenizer.from_pretrained("FOLDER"), AutoModelForSeq2SeqLM.from_pretrained("FOLDER")',
    `batch = tokenizer([${JSON.stringify(facts.example ?? 'This is a test.')}], return_tensors="pt")`,
    'print(tokenizer.batch_decode(model.generate(**batch), skip_special_tokens=True))',
    '```',
    '',
  ]);
}
