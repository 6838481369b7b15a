/**
 * config.json and generation_config.json of the supported encoder-decoders read into one normalised form, and written back with every field
 * that came along. Which fields a family has is said in its own file.
 */
import { z } from 'zod';
import { quoted } from '../../storage/quoted.ts';
import { attentionWidth } from '../config.ts';
import { check, count } from '../families/fields.ts';
import { type Seq2SeqConfig, sideOf } from './config.ts';
import { isSeq2SeqFamily, seq2seqFamilies } from './families.ts';
import { generationToJson, parseGeneration } from './generation.ts';

const shared = z.looseObject({
  architectures: z.array(z.string()).nullish(),
  is_encoder_decoder: z.literal(true).default(true),
  vocab_size: count,
  decoder_vocab_size: count.nullish(),
  pad_token_id: z.int().nonnegative(),
  decoder_start_token_id: z.int().nonnegative().nullish(),
  eos_token_id: z.unknown(),
});

export interface ConfigSource {
  readonly json: unknown;
  /** Named in errors. */
  readonly file: string;
}

/** @param generation what generation_config.json says; without it, config.json says it. @throws for an unsupported family or a field that is missing or out of range. */
export function parseSeq2SeqConfig({ json, file }: ConfigSource, generation: ConfigSource = { json, file }): Seq2SeqConfig {
  const { model_type: family } = check(z.looseObject({ model_type: z.string() }), json, file);
  if (!isSeq2SeqFamily(family)) throw new Error(`${file}: model_type ${quoted(family)} is no encoder-decoder that is supported; supported are ${Object.keys(seq2seqFamilies).join(', ')}`);
  const fields = check(shared, json, file);
  const architecture = fields.architectures?.[0];
  if (architecture !== undefined && !/(ForConditionalGeneration|MTModel|^(Bart|T5|Marian)Model)$/.test(architecture)) throw new Error(`${file}: ${quoted(architecture)} is no translator; ${seq2seqFamilies[family].className} is`);
  if ((fields.decoder_vocab_size ?? fields.vocab_size) !== fields.vocab_size) throw new Error(`${file}: decoder_vocab_size ${fields.decoder_vocab_size} and vocab_size ${fields.vocab_size} differ: two vocabularies are not supported`);
  // T5's decoder starts with the padding token where nothing is said.
  const startId = fields.decoder_start_token_id ?? fields.pad_token_id;
  const { decoder_start_token_id = startId, eos_token_id } = fields;
  const search = check(z.looseObject({}), generation.json, generation.file);
  const config: Seq2SeqConfig = {
    family,
    task: 'translation',
    labels: [],
    ...seq2seqFamilies[family].readFields(json, file),
    vocabulary: fields.vocab_size,
    padId: fields.pad_token_id,
    startId,
    generation: { ...parseGeneration({ decoder_start_token_id, eos_token_id, ...search }, generation.file), source: generation.json === json ? {} : search },
    source: json as Record<string, unknown>,
  };
  checkSizes(config, file);
  return config;
}

function checkSizes(config: Seq2SeqConfig, file: string): void {
  const divided = attentionWidth(config);
  for (const side of ['encoder', 'decoder'] as const) {
    const { heads } = sideOf(config, side);
    if (divided % heads !== 0) throw new Error(`${file}: ${heads} heads of the ${side} do not divide a width of ${divided}`);
  }
  const { startId, eosIds, forcedBosId, forcedEosId, suppressTokens = [], beginSuppressTokens = [], badWordsIds = [] } = config.generation;
  const ids = [config.padId, config.startId, startId, ...eosIds, forcedBosId ?? 0, forcedEosId ?? 0, ...suppressTokens, ...beginSuppressTokens, ...badWordsIds.flat()];
  const beyond = ids.find((id) => id >= config.vocabulary);
  if (beyond !== undefined) throw new Error(`${file}: token ${beyond}, which it or generation_config.json names, lies outside a vocabulary of ${config.vocabulary}`);
}

/** config.json for a model, with the fields of the file it came from kept. */
export function seq2seqConfigToJson(config: Seq2SeqConfig): Record<string, unknown> {
  const { className, writeFields, aliases } = seq2seqFamilies[config.family];
  const source = Object.fromEntries(Object.entries(config.source).filter(([name]) => name !== 'torch_dtype' && !aliases.includes(name)));
  return {
    ...source,
    architectures: [className],
    model_type: config.family,
    is_encoder_decoder: true,
    vocab_size: config.vocabulary,
    pad_token_id: config.padId,
    decoder_start_token_id: config.startId,
    eos_token_id: config.generation.eosIds.length === 1 ? config.generation.eosIds[0] : config.generation.eosIds,
    dtype: 'float32',
    ...writeFields(config),
  };
}

export function generationConfigToJson({ generation, padId }: Seq2SeqConfig): Record<string, unknown> {
  return generationToJson(generation, padId);
}
