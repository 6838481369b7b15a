/**
 * How a model's publisher searches for its translations: generation_config.json (in older folders these fields stand in config.json) in the
 * terms of decode/, and written back with every field that came along. What this project does not search by is named, not obeyed.
 */
import { z } from 'zod';
import type { DecodeOptions } from '../../decode/constraints.ts';
import type { BeamOptions } from '../../decode/sentence-beams.ts';
import { check } from '../families/fields.ts';

/** All that a search needs but the sources. */
export interface GenerationSettings extends DecodeOptions, Required<BeamOptions> {
  /** The file's own fields, carried through. */
  readonly source: Readonly<Record<string, unknown>>;
}

const id = z.int().nonnegative();
const ids = z.array(id);
/** One token, or a list of which the first is meant where only one can be. */
const oneOrMore = z.union([id, ids.nonempty()]);

const schema = z.looseObject({
  decoder_start_token_id: oneOrMore.nullish(),
  eos_token_id: oneOrMore.nullish(),
  max_length: z.int().positive().nullish(),
  max_new_tokens: z.int().positive().nullish(),
  min_length: z.int().nonnegative().nullish(),
  min_new_tokens: z.int().nonnegative().nullish(),
  num_beams: z.int().positive().nullish(),
  length_penalty: z.number().nullish(),
  early_stopping: z.union([z.boolean(), z.literal('never')]).nullish(),
  repetition_penalty: z.number().positive().nullish(),
  no_repeat_ngram_size: z.int().nonnegative().nullish(),
  bad_words_ids: z.array(ids.nonempty()).nullish(),
  suppress_tokens: ids.nullish(),
  begin_suppress_tokens: ids.nullish(),
  forced_bos_token_id: id.nullish(),
  forced_eos_token_id: oneOrMore.nullish(),
  renormalize_logits: z.boolean().nullish(),
});

type Fields = z.infer<typeof schema>;

/** Longest translation, the start token counted, where nothing is said: transformers'. */
const usualMaxLength = 20;

/** @param file named in errors. @throws for fields out of range, and where no token starts or ends a translation. */
export function parseGeneration(json: unknown, file: string): GenerationSettings {
  const fields = check(schema, json, file);
  const startId = first(fields.decoder_start_token_id);
  const eosIds = fields.eos_token_id ?? undefined;
  if (startId === undefined) throw new Error(`${file}: decoder_start_token_id is missing: nothing says what the decoder starts with`);
  if (eosIds === undefined) throw new Error(`${file}: eos_token_id is missing: a translation could never end`);
  return { startId, eosIds: typeof eosIds === 'number' ? [eosIds] : eosIds, ...lengths(fields), ...search(fields), ...constraints(fields), source: json as Record<string, unknown> };
}

function first(given: number | readonly number[] | null | undefined): number | undefined {
  return typeof given === 'object' ? given?.[0] : given;
}

/** `max_length` and `min_length` count the start token. */
function lengths({ max_length: longest, max_new_tokens: most, min_length: shortest, min_new_tokens: least }: Fields): Pick<GenerationSettings, 'maxNewTokens' | 'minNewTokens'> {
  const maxNewTokens = most ?? Math.max(1, (longest ?? usualMaxLength) - 1);
  const minNewTokens = least ?? (shortest ? shortest - 1 : 0);
  return { maxNewTokens, ...(minNewTokens > 0 && { minNewTokens: Math.min(minNewTokens, maxNewTokens) }) };
}

function search({ num_beams: beams, length_penalty: lengthPenalty, early_stopping: earlyStopping }: Fields): Pick<GenerationSettings, 'beams' | 'lengthPenalty' | 'earlyStopping'> {
  return { beams: beams ?? 1, lengthPenalty: lengthPenalty ?? 1, earlyStopping: earlyStopping ?? false };
}

function constraints(fields: Fields): Omit<GenerationSettings, 'startId' | 'eosIds' | 'source' | keyof ReturnType<typeof lengths> | keyof ReturnType<typeof search>> {
  const forcedEosId = first(fields.forced_eos_token_id);
  return {
    ...(fields.repetition_penalty && fields.repetition_penalty !== 1 && { repetitionPenalty: fields.repetition_penalty }),
    ...(fields.no_repeat_ngram_size && { noRepeatNgramSize: fields.no_repeat_ngram_size }),
    ...(fields.bad_words_ids && { badWordsIds: fields.bad_words_ids }),
    ...(fields.suppress_tokens && { suppressTokens: fields.suppress_tokens }),
    ...(fields.begin_suppress_tokens && { beginSuppressTokens: fields.begin_suppress_tokens }),
    ...(typeof fields.forced_bos_token_id === 'number' && { forcedBosId: fields.forced_bos_token_id }),
    ...(forcedEosId !== undefined && { forcedEosId }),
    ...(fields.renormalize_logits && { renormalize: true }),
  };
}

/** Fields of `generate` that change what is written and that no search here obeys. */
const unobeyed: Readonly<Record<string, (value: unknown) => boolean>> = {
  do_sample: (value) => value === true,
  num_beam_groups: (value) => Number(value) > 1,
  penalty_alpha: (value) => Number(value) > 0,
  encoder_no_repeat_ngram_size: (value) => Number(value) > 0,
  encoder_repetition_penalty: (value) => value !== 1 && value !== null,
  exponential_decay_length_penalty: (value) => value !== null,
  sequence_bias: (value) => value !== null,
  guidance_scale: (value) => value !== 1 && value !== null,
};

/** One line, where there is something to say. */
export function generationNotices({ source }: Pick<GenerationSettings, 'source'>): string[] {
  const named = Object.entries(unobeyed).flatMap(([name, matters]) => (source[name] !== undefined && matters(source[name]) ? [name] : []));
  return named.length === 0 ? [] : [`generation settings that are not obeyed: ${named.join(', ')}`];
}

/** generation_config.json, with the fields of the file they came from kept. */
export function generationToJson(settings: GenerationSettings, padId: number): Record<string, unknown> {
  const { max_new_tokens: _most, min_new_tokens: _least, ...source } = settings.source;
  const given: Record<string, unknown> = {
    decoder_start_token_id: settings.startId,
    eos_token_id: settings.eosIds.length === 1 ? settings.eosIds[0] : settings.eosIds,
    pad_token_id: padId,
    max_length: settings.maxNewTokens + 1,
    min_length: settings.minNewTokens === undefined ? undefined : settings.minNewTokens + 1,
    num_beams: settings.beams,
    length_penalty: settings.lengthPenalty,
    early_stopping: settings.earlyStopping,
    repetition_penalty: settings.repetitionPenalty,
    no_repeat_ngram_size: settings.noRepeatNgramSize,
    bad_words_ids: settings.badWordsIds,
    suppress_tokens: settings.suppressTokens,
    begin_suppress_tokens: settings.beginSuppressTokens,
    forced_bos_token_id: settings.forcedBosId,
    forced_eos_token_id: settings.forcedEosId,
    renormalize_logits: settings.renormalize,
  };
  return Object.fromEntries(Object.entries({ ...source, ...given }).filter(([, value]) => value !== undefined));
}
