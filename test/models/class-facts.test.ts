import test from 'ava';
import { classFacts } from '../../src/models/class-facts.ts';

const facts = (json: object) => classFacts({ model_type: 'electra', ...json }, 'config.json');

test('classes, task and length of any family', (t) => {
  t.deepEqual(facts({ id2label: { 1: 'yes', 0: 'no' }, max_position_embeddings: 512, vocab_size: 30, architectures: ['ElectraForSequenceClassification'] }), { family: 'electra', task: 'single-label', labels: ['no', 'yes'], positions: 512, vocabulary: 30 });
  t.deepEqual(facts({}), { family: 'electra', task: 'single-label', labels: ['LABEL_0', 'LABEL_1'] });
  t.like(facts({ num_labels: 1 }), { task: 'regression', labels: ['LABEL_0'] });
  t.like(facts({ num_labels: 1, problem_type: 'single_label_classification' }), { task: 'single-label' });
  t.like(facts({ num_labels: 3, problem_type: 'multi_label_classification' }), { task: 'multi-label' });
});

test('families that count positions from the padding id have fewer than rows', (t) => {
  t.is(facts({ model_type: 'roberta', max_position_embeddings: 514, pad_token_id: 1 }).positions, 512);
  t.is(facts({ model_type: 'xlm-roberta', max_position_embeddings: 514 }).positions, 512);
  t.is(facts({ model_type: 'bert', max_position_embeddings: 514, pad_token_id: 1 }).positions, 514);
});

test('models without classes, and configs that are none', (t) => {
  t.throws(() => facts({ architectures: ['ElectraForMaskedLM'] }), { message: 'config.json: ElectraForMaskedLM has no classes to answer with; a teacher is a ...ForSequenceClassification' });
  t.throws(() => classFacts({}, 'config.json'), { message: /^config\.json: .*model_type/s });
  t.throws(() => facts({ id2label: { 0: 'no', 2: 'yes' } }), { message: /names 2 classes, but none numbered 1/ });
});
