/**
 * config.json of the supported families read into one normalised form, and written back with every field that came along. Which fields a
 * family has is said in its own file.
 */
import { z } from 'zod';
import { printable } from '../storage/quoted.ts';
import { attentionWidth, type EncoderConfig } from './config.ts';
import { classesOf, classFieldsOf, taskOf } from './config-classes.ts';
import { families, isFamily } from './families.ts';
import { check, count } from './families/fields.ts';

const shared = z.looseObject({
  architectures: z.array(z.string()).nullish(),
  tie_word_embeddings: z.boolean().default(true),
  pad_token_id: z.int().nonnegative().nullish(),
  initializer_range: z.number().positive().default(0.02),
  max_position_embeddings: count,
  vocab_size: count,
});

/** @param file named in errors. @throws for an unsupported family or a field that is missing or out of range. */
export function parseConfig(json: unknown, file: string): EncoderConfig {
  const { model_type: family } = check(z.looseObject({ model_type: z.string() }), json, file);
  if (!isFamily(family)) throw new Error(`${file}: model_type '${printable(family)}' is not supported; supported are ${Object.keys(families).join(', ')}`);
  const base = check(shared, json, file);
  if (!base.tie_word_embeddings) throw new Error(`${file}: untied word embeddings (tie_word_embeddings: false) are not supported`);
  const { usualPadId, positionsStartAfterPadId = false, readFields } = families[family];
  const padId = base.pad_token_id ?? usualPadId;
  const positions = base.max_position_embeddings - (positionsStartAfterPadId ? padId + 1 : 0);
  if (positions < 1) throw new Error(`${file}: max_position_embeddings ${base.max_position_embeddings} leaves no position, as they start after pad_token_id ${padId}`);
  const { names, problem } = classesOf(json, file);
  const config: EncoderConfig = {
    family,
    ...readFields(json, file),
    positions,
    vocabulary: base.vocab_size,
    padId,
    initializerRange: base.initializer_range,
    ...taskOf(base.architectures?.[0] ?? '', problem, names),
    source: json as Record<string, unknown>,
  };
  const divided = attentionWidth(config);
  if (divided % config.heads !== 0) throw new Error(`${file}: ${config.heads} heads do not divide a width of ${divided}`);
  if (config.padId >= config.vocabulary) throw new Error(`${file}: pad_token_id ${config.padId} lies outside a vocabulary of ${config.vocabulary}`);
  return config;
}

/** config.json for a model, with the fields of the file it came from kept. */
export function configToJson(config: EncoderConfig): Record<string, unknown> {
  const { family, labels, task } = config;
  const { writeFields, positionsStartAfterPadId = false } = families[family];
  const { torch_dtype: _former, ...source } = config.source; // an older spelling of dtype, which may say otherwise
  return {
    ...source,
    architectures: [architectureOf(config)],
    model_type: family,
    vocab_size: config.vocabulary,
    max_position_embeddings: config.positions + (positionsStartAfterPadId ? config.padId + 1 : 0),
    pad_token_id: config.padId,
    initializer_range: config.initializerRange,
    tie_word_embeddings: true,
    dtype: 'float32',
    ...writeFields(config),
    ...(task === 'none' || task === 'masked-lm' ? {} : classFieldsOf(task, labels)),
  };
}

function architectureOf({ family, task }: EncoderConfig): string {
  const classifier = 'ForSequenceClassification';
  return families[family].className + { none: 'Model', 'masked-lm': 'ForMaskedLM', 'single-label': classifier, 'multi-label': classifier, regression: classifier }[task];
}
