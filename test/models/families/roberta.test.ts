import test from 'ava';
import { positionRows } from '../../../src/models/embeddings.ts';
import * as tf from '../../../src/engine/tf.ts';
import { closeTensors } from '../../engine/numbers.ts';
import { startEngine } from '../../engine-under-test.ts';
import { tinyBatch, tinyModel } from '../tiny-model.ts';
import { configOf, refusal, sparseConfig, writesEveryField } from './family-file.ts';

test.before(startEngine);

test('what is written is what transformers wrote', (t) => writesEveryField(t, 'roberta-classifier', ['classifier_dropout']));

test('positions start after the padding id: a table of 514 serves 512 tokens', (t) => {
  const config = configOf('roberta-classifier', { max_position_embeddings: 514 });
  t.deepEqual([config.positions, positionRows(config), config.padId], [512, 514, 1]);
  t.is(sparseConfig('roberta', { hidden_size: 12, num_attention_heads: 3, num_hidden_layers: 2, intermediate_size: 20 }).padId, 1, 'its padding id, where the file gives none');
  t.is(refusal(t, 'roberta-classifier', { max_position_embeddings: 2 }), 'config.json: max_position_embeddings 2 leaves no position, as they start after pad_token_id 1');
});

test('types mean nothing, and a batch as long as the table allows is no trouble', async (t) => {
  const model = tinyModel({ family: 'roberta' });
  const batch = tinyBatch([[2, 7, 9, 5, 6, 7, 8, 9, 10, 11, 12, 13, 3]]);
  const typed = { ...batch, typeIds: tf.onesLike(batch.typeIds) };
  await closeTensors(t, 'logits', model.forward(typed, { logits: true }).logits, model.forward(batch, { logits: true }).logits, { relative: 0, absolute: 0 });
});
