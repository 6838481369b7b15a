import test from 'ava';
import type { FamilyName } from '../../src/models/config.ts';
import { canonicalNames, isHead, storedName } from '../../src/models/checkpoint-names.ts';

const canonical = (family: FamilyName, names: readonly string[]) => [...canonicalNames(family, new Map(names.map((name) => [name, name])), 'folder').keys()];

test('old spellings of norms become today\'s, and nothing else is renamed', (t) => {
  const names = ['bert.embeddings.LayerNorm.gamma', 'bert.embeddings.LayerNorm.beta', 'bert.other.gamma', 'cls.predictions.transform.LayerNorm.gamma'];
  t.deepEqual(canonical('bert', names), ['bert.embeddings.LayerNorm.weight', 'bert.embeddings.LayerNorm.bias', 'bert.other.gamma', 'cls.predictions.transform.LayerNorm.weight']);
});

test('a bare encoder gains the prefix; a whole model keeps its names', (t) => {
  t.deepEqual(canonical('bert', ['embeddings.a', 'encoder.layer.0.b', 'pooler.dense.weight', 'classifier.weight']), ['bert.embeddings.a', 'bert.encoder.layer.0.b', 'bert.pooler.dense.weight', 'classifier.weight']);
  t.deepEqual(canonical('distilbert', ['transformer.layer.0.ffn.lin1.bias', 'pre_classifier.bias']), ['distilbert.transformer.layer.0.ffn.lin1.bias', 'pre_classifier.bias']);
  t.deepEqual(canonical('electra', ['embeddings_project.weight', 'encoder.layer.0.a']), ['electra.embeddings_project.weight', 'electra.encoder.layer.0.a']);
  t.deepEqual(canonical('albert', ['pooler.weight', 'encoder.embedding_hidden_mapping_in.bias']), ['albert.pooler.weight', 'albert.encoder.embedding_hidden_mapping_in.bias']);
  t.deepEqual(canonical('bert', ['bert.embeddings.a', 'encoder.stray']), ['bert.embeddings.a', 'encoder.stray'], 'one prefixed name: the others are what they say');
});

test('buffers and copies of tied weights are left', (t) => {
  const derived = ['embeddings.position_ids', 'bert.embeddings.position_ids', 'cls.predictions.decoder.weight', 'cls.predictions.decoder.bias'];
  t.deepEqual(canonical('bert', derived), []);
  t.deepEqual(canonical('distilbert', ['vocab_projector.weight', 'vocab_projector.bias']), ['vocab_projector.bias']);
  t.deepEqual(canonical('roberta', ['lm_head.decoder.weight', 'lm_head.decoder.bias', 'lm_head.bias']), ['lm_head.bias']);
  t.deepEqual(canonical('electra', ['generator_lm_head.weight', 'generator_lm_head.bias']), ['generator_lm_head.bias']);
  t.deepEqual(canonical('albert', ['predictions.decoder.weight', 'predictions.decoder.bias', 'predictions.bias']), ['predictions.bias']);
  const kept = ['cls.predictions.bias', 'vocab_projector.weight', 'bert.position_ids.weight'];
  t.deepEqual(canonical('bert', kept), kept);
});

test('values travel with their names', (t) => {
  t.is(canonicalNames('bert', new Map([['embeddings.x', 7]]), 'folder').get('bert.embeddings.x'), 7);
});

test('two stored tensors for one parameter are refused, with the folder and the name', (t) => {
  const both = ['bert.embeddings.LayerNorm.gamma', 'bert.embeddings.LayerNorm.weight'];
  t.throws(() => canonical('bert', both), { message: 'folder: two stored tensors stand for bert.embeddings.LayerNorm.weight' });
});

test('heads of any task are heads, the trunk is not', (t) => {
  for (const name of ['cls.seq_relationship.weight', 'bert.pooler.dense.bias', 'classifier.weight', 'qa_outputs.bias']) t.true(isHead('bert', name), name);
  for (const name of ['pre_classifier.weight', 'vocab_transform.weight', 'vocab_projector.bias', 'classifier.bias']) t.true(isHead('distilbert', name), name);
  for (const name of ['lm_head.dense.weight', 'classifier.out_proj.bias', 'roberta.pooler.dense.bias']) t.true(isHead('roberta', name), name);
  for (const name of ['discriminator_predictions.dense.weight', 'generator_lm_head.bias', 'classifier.dense.weight']) t.true(isHead('electra', name), name);
  for (const name of ['predictions.dense.weight', 'sop_classifier.classifier.weight', 'albert.pooler.bias']) t.true(isHead('albert', name), name);
  t.true(isHead('mobilebert', 'cls.predictions.dense.weight'));
  for (const name of ['bert.embeddings.word_embeddings.weight', 'bert.encoder.layer.0.output.dense.weight', 'classifier_of_others.weight', 'bert.pooler.dense2.weight']) t.false(isHead('bert', name), name);
});

test('only a bare encoder is stored without its prefix', (t) => {
  t.is(storedName('bert', true, 'bert.pooler.dense.weight'), 'pooler.dense.weight');
  t.is(storedName('bert', false, 'bert.pooler.dense.weight'), 'bert.pooler.dense.weight');
  t.is(storedName('bert', true, 'bertrand.weight'), 'bertrand.weight');
});
