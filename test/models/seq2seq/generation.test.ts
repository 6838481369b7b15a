import test from 'ava';
import { generationNotices, generationToJson, parseGeneration } from '../../../src/models/seq2seq/generation.ts';

const base = { decoder_start_token_id: 5, eos_token_id: 2 };
const parse = (fields: object) => {
  const { source: _file, ...settings } = parseGeneration({ ...base, ...fields }, 'generation_config.json');
  return settings;
};

test('what nothing is said of is as in transformers', (t) => {
  t.deepEqual(parse({}), { startId: 5, eosIds: [2], maxNewTokens: 19, beams: 1, lengthPenalty: 1, earlyStopping: false });
});

test('every field has its place', (t) => {
  t.deepEqual(parse({
    eos_token_id: [2, 3], max_length: 64, min_length: 4, num_beams: 6, length_penalty: 0.6, early_stopping: 'never', repetition_penalty: 1.2, no_repeat_ngram_size: 3,
    bad_words_ids: [[7], [8, 9]], suppress_tokens: [10], begin_suppress_tokens: [11], forced_bos_token_id: 0, forced_eos_token_id: 2, renormalize_logits: true,
  }), {
    startId: 5, eosIds: [2, 3], maxNewTokens: 63, minNewTokens: 3, beams: 6, lengthPenalty: 0.6, earlyStopping: 'never', repetitionPenalty: 1.2, noRepeatNgramSize: 3,
    badWordsIds: [[7], [8, 9]], suppressTokens: [10], beginSuppressTokens: [11], forcedBosId: 0, forcedEosId: 2, renormalize: true,
  });
});

test('new tokens go before lengths, which count the start token', (t) => {
  t.like(parse({ max_length: 10, max_new_tokens: 40, min_length: 30, min_new_tokens: 2 }), { maxNewTokens: 40, minNewTokens: 2 });
  t.is(parse({ min_length: 1 }).minNewTokens, undefined);
  t.is(parse({ max_length: 1 }).maxNewTokens, 1);
  t.like(parse({ max_length: 5, min_length: 9 }), { maxNewTokens: 4, minNewTokens: 4 });
});

test('of a list where one token is meant, the first is taken; null is nothing', (t) => {
  t.like(parse({ decoder_start_token_id: [4, 6], forced_eos_token_id: [3, 2] }), { startId: 4, forcedEosId: 3 });
  t.deepEqual(parse({ num_beams: null, forced_bos_token_id: null, bad_words_ids: null, renormalize_logits: null, repetition_penalty: 1, no_repeat_ngram_size: 0 }), parse({}));
});

test('what no search here obeys is named, and defaults of it are not', (t) => {
  const notices = (fields: object) => generationNotices(parseGeneration({ ...base, ...fields }, 'f'));
  t.deepEqual(notices({ do_sample: true, num_beam_groups: 2, temperature: 0.7 }), ['generation settings that are not obeyed: do_sample, num_beam_groups']);
  t.deepEqual(notices({ do_sample: false, num_beam_groups: 1, sequence_bias: null, encoder_no_repeat_ngram_size: 0, guidance_scale: null }), []);
});

test('written back it is read as it was, with the fields that came along and without stale ones', (t) => {
  const settings = parseGeneration({ ...base, max_new_tokens: 30, min_new_tokens: 4, num_beams: 4, transformers_version: '5', temperature: 0.5 }, 'f');
  const { lengthPenalty: _before, ...rest } = settings;
  const json = generationToJson({ ...rest, lengthPenalty: 0.8 }, 5);
  t.like(json, { max_length: 31, min_length: 5, num_beams: 4, length_penalty: 0.8, transformers_version: '5', temperature: 0.5, pad_token_id: 5 });
  t.false('max_new_tokens' in json || 'min_new_tokens' in json);
  const { source: _again, ...again } = parseGeneration(json, 'f');
  const { source: _own, ...own } = settings;
  t.deepEqual(again, { ...own, lengthPenalty: 0.8 });
  const { minNewTokens: _gone, ...shorter } = settings;
  t.false('min_length' in generationToJson({ ...shorter, source: { min_length: 5 } }, 5));
});

test('what cannot be is refused with the file and the field', (t) => {
  const refused = (fields: object, message: RegExp) => t.throws(() => parseGeneration({ ...base, ...fields }, 'g.json'), { message });
  refused({ eos_token_id: null }, /^g\.json: eos_token_id is missing: a translation could never end$/);
  refused({ decoder_start_token_id: null }, /^g\.json: decoder_start_token_id is missing/);
  refused({ num_beams: 0 }, /^g\.json: .*num_beams/);
  refused({ bad_words_ids: [[]] }, /bad_words_ids/);
  refused({ early_stopping: 'soon' }, /early_stopping/);
  refused({ repetition_penalty: 0 }, /repetition_penalty/);
});
