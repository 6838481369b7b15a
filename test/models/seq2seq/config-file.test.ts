import { join } from 'node:path';
import test from 'ava';
import { generationConfigToJson, parseSeq2SeqConfig, seq2seqConfigToJson } from '../../../src/models/seq2seq/config-file.ts';
import { readSeq2SeqConfig } from '../../../src/models/seq2seq/load.ts';
import { readJson } from '../../../src/storage/json.ts';
import { familyNames, tinySeq2SeqConfig } from './tiny-seq2seq.ts';

const fixtures = join(import.meta.dirname, '../../fixtures/models');
const folders = ['marian', 't5', 't5-gated', 'bart'] as const;
const jsonOf = async (folder: string, name = 'config') => (await readJson(join(fixtures, folder, `${name}.json`))) as Record<string, unknown>;
const parse = (json: object, generation?: object) => parseSeq2SeqConfig({ json, file: 'config.json' }, generation && { json: generation, file: 'generation_config.json' });

/** transformers derives them from others, or they are written anew. */
const derived = ['architectures', 'dtype', 'scale_decoder_outputs'];

for (const folder of folders) {
  test(`${folder}: every field of its files is written back as it was`, async (t) => {
    const config = await readSeq2SeqConfig(join(fixtures, folder));
    const [json, written] = [await jsonOf(folder), seq2seqConfigToJson(config)];
    for (const [name, value] of Object.entries(json)) if (!derived.includes(name) && value !== null) t.deepEqual(written[name], value === 'swish' ? 'silu' : value, name);
    t.deepEqual(written.architectures, json.architectures);
    const [search, again] = [await jsonOf(folder, 'generation_config'), generationConfigToJson(config)];
    for (const [name, value] of Object.entries(search)) t.deepEqual(again[name], value, name);
    const { source: _one, generation: { source: _two, ...settings }, ...read } = parse(written, again);
    const { source: _three, generation: { source: _four, ...before }, ...expected } = config;
    t.deepEqual(read, expected);
    t.deepEqual(settings, before);
  });
}

test('the facts that the loop and objectives ask for', async (t) => {
  const { layers, encoderLayers, heads, encoderHeads, width, task, padId, startId, labels, bottleneck } = await readSeq2SeqConfig(join(fixtures, 'marian'));
  t.deepEqual([layers, encoderLayers, heads, encoderHeads, width, task, padId, startId, labels.length, bottleneck], [3, 2, 5, 4, 20, 'translation', 66, 66, 0, undefined]);
  const { bottleneck: inner, relative, positions, tied } = await readSeq2SeqConfig(join(fixtures, 't5'));
  t.deepEqual([inner, relative, positions, tied], [{ width: 15 }, { buckets: 8, maxDistance: 20 }, undefined, true]);
  const { tied: own, gated, activation } = await readSeq2SeqConfig(join(fixtures, 't5-gated'));
  t.deepEqual([own, gated, activation], [false, true, 'gelu_new']);
});

test('fresh ones of every family come back as they were', (t) => {
  for (const family of familyNames) {
    const config = tinySeq2SeqConfig({ family });
    const { source: _file, generation: { source: _search, ...settings }, ...read } = parse(seq2seqConfigToJson(config), generationConfigToJson(config));
    const { source: _none, generation: { source: _nothing, ...expectedSettings }, ...expected } = config;
    t.deepEqual([read, settings], [expected, expectedSettings], family);
  }
});

test('a stale alias of a field does not survive: it would win over the field', async (t) => {
  const old = { ...(await jsonOf('bart')), num_hidden_layers: 2, hidden_size: 18, torch_dtype: 'float16' };
  const written = seq2seqConfigToJson({ ...parse(old), encoderLayers: 1 });
  t.is(written.encoder_layers, 1);
  for (const name of ['num_hidden_layers', 'hidden_size', 'torch_dtype']) t.false(name in written, name);
});

test('T5 1.1 is known by either of the fields that say its last product is its own', async (t) => {
  const json = await jsonOf('t5');
  t.true(parse(json).tied);
  t.false(parse({ ...json, tie_word_embeddings: false }).tied);
  t.false(parse({ ...json, scale_decoder_outputs: false }).tied);
  t.is(parse({ ...json, feed_forward_proj: 'gated-silu' }).activation, 'silu');
});

test('older folders say in config.json how they search; where there are both, generation_config.json alone says it', async (t) => {
  const json = { ...(await jsonOf('marian')), num_beams: 6, max_length: 30 };
  t.like(parse(json).generation, { beams: 6, maxNewTokens: 29, forcedEosId: 0, startId: 66, eosIds: [0] });
  t.like(parse(json, { num_beams: 2 }).generation, { beams: 2, maxNewTokens: 19, startId: 66, eosIds: [0] });
  t.is(parse(json, { num_beams: 2 }).generation.forcedEosId, undefined);
});

test('what is not supported, or cannot be, is refused with the file', async (t) => {
  const [marian, t5] = [await jsonOf('marian'), await jsonOf('t5')];
  const refused = (json: object, message: RegExp, generation?: object) => t.throws(() => parse(json, generation), { message });
  refused({ ...marian, model_type: 'mbart' }, /^config\.json: model_type "mbart" is no encoder-decoder that is supported; supported are marian, t5, bart$/);
  refused({ ...marian, share_encoder_decoder_embeddings: false }, /^config\.json: .*two vocabularies are not supported/s);
  refused({ ...marian, decoder_vocab_size: 70 }, /decoder_vocab_size 70 and vocab_size 67 differ/);
  refused({ ...marian, tie_word_embeddings: false }, /last product of its own is not supported here/);
  refused({ ...marian, normalize_before: true }, /normalize_before/);
  refused({ ...marian, decoder_attention_heads: 3 }, /3 heads of the decoder do not divide a width of 20/);
  refused({ ...marian, activation_function: 'mish' }, /activation_function/);
  refused({ ...marian, architectures: ['BartForSequenceClassification'] }, /"BartForSequenceClassification" is no translator/);
  refused({ ...marian, is_encoder_decoder: false }, /is_encoder_decoder/);
  refused({ ...marian, pad_token_id: 67 }, /token 67, which it or generation_config\.json names, lies outside a vocabulary of 67/);
  refused(marian, /token 80/, { suppress_tokens: [80] });
  refused({ ...marian, eos_token_id: null }, /eos_token_id is missing/);
  refused({ ...t5, feed_forward_proj: 'gated-mish' }, /feed_forward_proj is "gated-mish"; known are gelu, relu/);
  refused({ ...t5, relative_attention_num_buckets: 2 }, /relative_attention_num_buckets/);
});
