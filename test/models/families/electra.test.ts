import test from 'ava';
import { parameterSpecs } from '../../../src/models/parameter-specs.ts';
import { tinyConfig } from '../tiny-model.ts';
import { configOf, sparseConfig, writesEveryField } from './family-file.ts';

test('what is written is what transformers wrote', (t) => writesEveryField(t, 'electra-classifier', ['classifier_dropout', 'summary_activation', 'summary_last_dropout', 'summary_type', 'summary_use_proj']));

test('a projection stands between embeddings and layers where their widths differ, and only there', (t) => {
  const projection = (embeddingWidth: number) => parameterSpecs(tinyConfig({ family: 'electra', embeddingWidth })).filter(({ name }) => name.includes('embeddings_project'));
  t.deepEqual(projection(5).map(({ shape }) => shape), [[9, 5], [9]]);
  t.deepEqual(projection(9), []);
  t.is(sparseConfig('electra', { hidden_size: 12, num_attention_heads: 3, num_hidden_layers: 2, intermediate_size: 20 }).embeddingWidth, 128, 'as transformers takes it');
});

test('a discriminator is a bare encoder for whoever trains it further, a generator predicts words', (t) => {
  t.is(configOf('electra-classifier', { architectures: ['ElectraForPreTraining'] }).task, 'none');
  t.is(configOf('electra-classifier', { architectures: ['ElectraForMaskedLM'] }).task, 'masked-lm');
});
