import test from 'ava';
import { freshSeq2Seq, seq2seqSpecs } from '../../../src/models/seq2seq/model.ts';
import { freshSeq2SeqConfig, parseSeq2SeqSize } from '../../../src/models/seq2seq/size.ts';
import { bitsOf } from '../tiny-model.ts';
import { startEngine } from '../../engine-under-test.ts';
import { familyNames, tinySeq2SeqConfig } from './tiny-seq2seq.ts';

test.before(startEngine);

test('sizes as people type them', (t) => {
  t.deepEqual(parseSeq2SeqSize('6+2x512'), { encoderLayers: 6, layers: 2, width: 512, heads: 8, feedForwardWidth: 2048 });
  t.deepEqual(parseSeq2SeqSize('12+1x256:4:1024'), { encoderLayers: 12, layers: 1, width: 256, heads: 4, feedForwardWidth: 1024 });
  t.deepEqual(parseSeq2SeqSize('6x512'), parseSeq2SeqSize('6+6x512'));
  for (const wrong of ['6+x512', '6+0x512', '0+6x512', '6+2', '6+2x10:3', 'six']) t.throws(() => parseSeq2SeqSize(wrong), { message: /model size|at least 1|do not divide/ }, wrong);
});

test('a Marian 6+6x512 has as many parameters as OPUS-MT\'s without its positions', (t) => {
  const config = freshSeq2SeqConfig(parseSeq2SeqSize('6+6x512'), { vocabulary: 58_101, padId: 58_100, eosId: 0 });
  const count = seq2seqSpecs(config).reduce((sum, { shape }) => sum + shape.reduce((product, side) => product * side, 1), 0);
  t.is(count, 58_101 * 512 + 6 * (4 * 512 * 513 + 2 * 1024 + 2048 * 513 + 512 * 2049) + 6 * (8 * 512 * 513 + 3 * 1024 + 2048 * 513 + 512 * 2049) + 58_101);
  t.like(config, { startId: 58_100, scalesEmbeddings: true, tied: true, activation: 'silu', positions: 512 });
});

test('dropout is of layers alone, as in the published models; T5 has one rate for all', (t) => {
  const of = (family: 'marian' | 'bart' | 't5') => freshSeq2SeqConfig(parseSeq2SeqSize('1+1x8'), { family, vocabulary: 9, padId: 0, eosId: 1, dropout: 0.3 });
  for (const family of ['marian', 'bart'] as const) t.like(of(family), { hiddenDropout: 0.3, attentionDropout: 0, activationDropout: 0 }, family);
  t.like(of('t5'), { hiddenDropout: 0.3, attentionDropout: 0.3, activationDropout: 0.3 });
});

test.serial('the same seed makes the same model, another another', async (t) => {
  for (const family of familyNames) {
    const [one, same, other] = [5, 5, 6].map((seed) => freshSeq2Seq(tinySeq2SeqConfig({ family }), { seed }));
    t.is(await bitsOf(one!), await bitsOf(same!), family);
    t.not(await bitsOf(one!), await bitsOf(other!), family);
    for (const model of [one!, same!, other!]) model.dispose();
  }
});

test.serial('layers of Marian and BART are drawn by width and depth, embeddings by the range that is asked for', async (t) => {
  for (const family of ['marian', 'bart'] as const) {
    const model = freshSeq2Seq(freshSeq2SeqConfig(parseSeq2SeqSize('1+4x48:4:96'), { family, vocabulary: 99, padId: 0, eosId: 1, initializerRange: 0.3 }), { seed: 1 });
    const isNear = async (name: string, expected: number) => {
      const values = [...(await model.parameters.get(name).data())];
      const deviation = Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0) / values.length);
      t.true(Math.abs(deviation / expected - 1) < 0.05, `${family} ${name}: ${deviation}, expected ${expected}`);
    };
    await isNear('model.shared.weight', 0.3);
    await isNear('model.encoder.layers.0.fc1.weight', Math.sqrt(2 / 144));
    await isNear('model.decoder.layers.3.fc2.weight', Math.sqrt(2 / 144) / 2);
    await isNear('model.decoder.layers.2.encoder_attn.q_proj.weight', Math.sqrt(1 / 48 / 3));
    model.dispose();
  }
});

test.serial('the padding row starts at zero where lookups of it do not learn; T5 draws by its widths', async (t) => {
  const [marian, t5] = [freshSeq2Seq(tinySeq2SeqConfig(), { seed: 1 }), freshSeq2Seq(tinySeq2SeqConfig({ family: 't5' }), { seed: 1 })];
  t.deepEqual([...(await marian.parameters.get('model.shared.weight').data()).subarray(0, 9)], new Array(9).fill(0));
  const deviation = async (name: string) => {
    const values = [...(await t5.parameters.get(name).data())];
    return Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0) / values.length);
  };
  t.true(Math.abs((await deviation('shared.weight')) - 1) < 0.15);
  t.true(Math.abs((await deviation('encoder.block.0.layer.0.SelfAttention.q.weight')) - 27 ** -0.5) < 0.05);
  t.true(Math.abs((await deviation('encoder.block.0.layer.0.SelfAttention.k.weight')) - 9 ** -0.5) < 0.08);
  marian.dispose();
  t5.dispose();
});
