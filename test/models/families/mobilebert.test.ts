import test from 'ava';
import { parameterSpecs } from '../../../src/models/parameter-specs.ts';
import * as tf from '../../../src/engine/tf.ts';
import { closeTensors } from '../../engine/numbers.ts';
import { startEngine } from '../../engine-under-test.ts';
import { tinyBatch, tinyConfig, tinyModel } from '../tiny-model.ts';
import { configOf, refusal, sparseConfig, writesEveryField } from './family-file.ts';

test.before(startEngine);

test('what is written is what transformers wrote', (t) => writesEveryField(t, 'mobilebert-classifier', ['classifier_dropout']));

test('other arrangements than the published one are refused by name', (t) => {
  for (const [field, value] of Object.entries({ normalization_type: 'layer_norm', trigram_input: false, use_bottleneck: false, use_bottleneck_attention: true, key_query_shared_bottleneck: false })) {
    t.regex(refusal(t, 'mobilebert-classifier', { [field]: value }), new RegExp(`^config\\.json: ${field}: only the published arrangement is supported`));
  }
  t.is(refusal(t, 'mobilebert-classifier', { num_attention_heads: 5 }), 'config.json: 5 heads do not divide a width of 9');
});

test('what a file leaves out is what transformers takes', (t) => {
  const { embeddingWidth, bottleneck, activation, heads } = sparseConfig('mobilebert', { hidden_size: 512, num_attention_heads: 4, num_hidden_layers: 24, intermediate_size: 512 });
  t.deepEqual({ embeddingWidth, bottleneck, activation, heads }, { embeddingWidth: 128, bottleneck: { width: 128, feedForwards: 4, pooler: true }, activation: 'relu', heads: 4 });
});

test('the published 24-layer model has the 24,581,888 parameters of transformers, the pooler aside', (t) => {
  const config = configOf('mobilebert-classifier', { hidden_size: 512, embedding_size: 128, num_attention_heads: 4, num_hidden_layers: 24, intermediate_size: 512, intra_bottleneck_size: 128, num_feedforward_networks: 4, max_position_embeddings: 512, vocab_size: 30522, classifier_activation: false, architectures: ['MobileBertModel'] });
  t.is(parameterSpecs(config).reduce((sum, { shape }) => sum + shape.reduce((product, side) => product * side, 1), 0), 24_581_888);
});

test('without a pooler the classifier reads the first token as it is', async (t) => {
  const bottleneck = { ...tinyConfig({ family: 'mobilebert' }).bottleneck!, pooler: false };
  const model = tinyModel({ family: 'mobilebert', bottleneck });
  t.false(model.parameters.names.some((name) => name.includes('pooler')));
  const { pooled, cls } = model.forward(tinyBatch(), { pooled: true, cls: [-1] });
  await closeTensors(t, 'pooled', pooled, cls.get(-1)!, { relative: 0, absolute: 0 });
});

test('a word sees its neighbours, and nothing beyond the row', async (t) => {
  const model = tinyModel({ family: 'mobilebert' });
  const embedded = (rows: number[][]) => model.forward(tinyBatch(rows), { hidden: [0] }).hidden.get(0)!;
  const at = (x: tf.Tensor, place: number) => tf.slice(x, [0, place, 0], [1, 1, 9]);
  const [plain, changed] = [embedded([[2, 7, 9, 11, 3]]), embedded([[2, 7, 9, 12, 3]])];
  for (const place of [0, 1]) await closeTensors(t, `word ${place}`, at(plain, place), at(changed, place), { relative: 0, absolute: 0 });
  for (const place of [2, 3, 4]) t.true((await tf.max(tf.abs(tf.sub(at(plain, place), at(changed, place)))).data())[0]! > 1e-3, `word ${place}`);
});
