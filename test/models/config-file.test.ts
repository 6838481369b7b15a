import test from 'ava';
import type { EncoderConfig } from '../../src/models/config.ts';
import { configToJson, parseConfig } from '../../src/models/config-file.ts';

const bert = { model_type: 'bert', hidden_size: 12, num_attention_heads: 3, num_hidden_layers: 2, intermediate_size: 20, max_position_embeddings: 16, vocab_size: 50 };
const distilbert = { model_type: 'distilbert', dim: 12, n_heads: 3, n_layers: 2, hidden_dim: 20, max_position_embeddings: 16, vocab_size: 50 };
const classifier = { ...bert, architectures: ['BertForSequenceClassification'] };
const parse = (json: unknown) => parseConfig(json, 'folder/config.json');
const refused = (change: object): string => {
  try {
    parse({ ...bert, ...change });
  } catch (error) {
    return (error as Error).message;
  }
  return '';
};

test('what a BERT file leaves out is what transformers takes', (t) => {
  t.deepEqual(parse(bert), {
    family: 'bert', width: 12, embeddingWidth: 12, heads: 3, layers: 2, feedForwardWidth: 20, activation: 'gelu', normEpsilon: 1e-12, positions: 16, typeVocabulary: 2,
    vocabulary: 50, padId: 0, initializerRange: 0.02, hiddenDropout: 0.1, attentionDropout: 0.1, classifierDropout: 0.1, task: 'none', labels: [], source: bert,
  });
});

test('what a DistilBERT file leaves out is what transformers takes', (t) => {
  t.deepEqual(parse(distilbert), {
    family: 'distilbert', width: 12, embeddingWidth: 12, heads: 3, layers: 2, feedForwardWidth: 20, activation: 'gelu', normEpsilon: 1e-12, positions: 16, typeVocabulary: 0,
    vocabulary: 50, padId: 0, initializerRange: 0.02, hiddenDropout: 0.1, attentionDropout: 0.1, classifierDropout: 0.2, task: 'none', labels: [], source: distilbert,
  });
});

test('the classifier drops as the trunk does unless it says otherwise', (t) => {
  t.is(parse({ ...bert, hidden_dropout_prob: 0.3 }).classifierDropout, 0.3);
  t.is(parse({ ...bert, hidden_dropout_prob: 0.3, classifier_dropout: null }).classifierDropout, 0.3);
  t.is(parse({ ...bert, hidden_dropout_prob: 0.3, classifier_dropout: 0 }).classifierDropout, 0);
});

test('the task follows the architecture, then problem_type, then the number of labels', (t) => {
  const taskOf = (change: object) => parse({ ...classifier, ...change }).task;
  t.is(taskOf({}), 'single-label');
  t.is(taskOf({ num_labels: 1 }), 'regression');
  t.is(taskOf({ id2label: { 0: 'score' } }), 'regression');
  t.is(taskOf({ num_labels: 1, problem_type: 'single_label_classification' }), 'single-label');
  t.is(taskOf({ problem_type: 'multi_label_classification' }), 'multi-label');
  t.is(taskOf({ num_labels: 1, problem_type: 'multi_label_classification' }), 'multi-label');
  t.is(taskOf({ problem_type: null }), 'single-label');
  t.is(taskOf({ architectures: ['BertForMaskedLM'] }), 'masked-lm');
  t.is(taskOf({ architectures: ['BertForPreTraining'] }), 'masked-lm');
  t.is(taskOf({ architectures: ['BertModel'] }), 'none');
  t.is(taskOf({ architectures: null }), 'none');
  t.regex(refused({ problem_type: 'ranking' }), /folder\/config\.json: .*problem_type/s);
});

test('classes have their names in the order of their numbers, two unnamed ones by default', (t) => {
  const labelsOf = (change: object) => parse({ ...classifier, ...change }).labels;
  t.deepEqual(labelsOf({}), ['LABEL_0', 'LABEL_1']);
  t.deepEqual(labelsOf({ num_labels: 3 }), ['LABEL_0', 'LABEL_1', 'LABEL_2']);
  const many = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [String(11 - i), `class ${11 - i}`]));
  t.deepEqual(labelsOf({ id2label: many }), Array.from({ length: 12 }, (_, i) => `class ${i}`));
  t.deepEqual(labelsOf({ architectures: ['BertForMaskedLM'], id2label: { 0: 'a', 1: 'b' } }), []);
  t.regex(refused({ id2label: { 1: 'a', 2: 'b' } }), /^folder\/config\.json: id2label names 2 classes, but none numbered 0; they count from 0$/);
});

test('what is not supported is refused by name of file and field', (t) => {
  t.is(refused({ model_type: 'gpt2' }), "folder/config.json: model_type 'gpt2' is not supported; supported are bert, distilbert, roberta, electra, albert, mobilebert");
  t.regex(refused({ tie_word_embeddings: false }), /^folder\/config\.json: untied word embeddings \(tie_word_embeddings: false\)/);
  t.regex(refused({ position_embedding_type: 'relative_key' }), /^folder\/config\.json: .*position_embedding_type/s);
  t.regex(refused({ is_decoder: true }), /^folder\/config\.json: .*is_decoder/s);
  t.regex(refused({ hidden_act: 'swish' }), /^folder\/config\.json: .*hidden_act/s);
  t.is(refused({ num_attention_heads: 5 }), 'folder/config.json: 5 heads do not divide a width of 12');
  t.is(refused({ pad_token_id: 50 }), 'folder/config.json: pad_token_id 50 lies outside a vocabulary of 50');
  t.regex(refused({ hidden_dropout_prob: 1 }), /^folder\/config\.json: .*hidden_dropout_prob/s);
  t.regex(refused({ model_type: undefined }), /^folder\/config\.json: .*model_type/s);
  for (const json of [null, [], 'bert', 3]) t.throws(() => parse(json), { message: /^folder\/config\.json: / });
});

test('every missing field is named in one error', (t) => {
  const error = t.throws(() => parse({ model_type: 'distilbert', max_position_embeddings: 16, vocab_size: 50 }));
  for (const field of ['dim', 'n_heads', 'n_layers', 'hidden_dim']) t.regex(error.message, new RegExp(`\\b${field}: Invalid input`));
});

test('a number in a hostile file allocates nothing', (t) => {
  t.regex(refused({ num_hidden_layers: 1e9 }), /^folder\/config\.json: .*num_hidden_layers/s);
  t.regex(refused({ num_labels: 1e9 }), /^folder\/config\.json: .*num_labels/s);
  t.regex(refused({ hidden_size: 2 ** 60 }), /^folder\/config\.json: .*hidden_size/s);
  t.regex(refused({ hidden_size: 12.5 }), /^folder\/config\.json: .*hidden_size/s);
});

const withoutSource = ({ source: _source, ...config }: EncoderConfig) => config;

test('a config written and read again is the same, and unknown fields come along', (t) => {
  const published = { ...classifier, id2label: { 0: 'bad', 1: 'good' }, label2id: { bad: 0, good: 1 }, layer_norm_eps: 1e-6, hidden_act: 'relu', vendor: { deep: [1, 2] }, use_cache: true };
  const written = configToJson(parse(published));
  t.deepEqual(written.vendor, { deep: [1, 2] });
  t.is(written.use_cache, true);
  t.deepEqual(written.id2label, { 0: 'bad', 1: 'good' });
  t.deepEqual(written.label2id, { bad: 0, good: 1 });
  t.is(written.problem_type, 'single_label_classification');
  t.deepEqual(withoutSource(parse(JSON.parse(JSON.stringify(written)))), withoutSource(parse(published)));
  const other = { ...distilbert, architectures: ['DistilBertForSequenceClassification'], num_labels: 1, dropout: 0.25, seq_classif_dropout: 0.4, pad_token_id: 3 };
  t.deepEqual(withoutSource(parse(configToJson(parse(other)))), withoutSource(parse(other)));
});

test('new classes replace the old names on both sides, and a one-class classifier stays one', (t) => {
  const config = parse({ ...classifier, id2label: { 0: 'a', 1: 'b' }, label2id: { a: 0, b: 1 } });
  const written = configToJson({ ...config, labels: ['x', 'y', 'z'] });
  t.deepEqual(written.id2label, { 0: 'x', 1: 'y', 2: 'z' });
  t.deepEqual(written.label2id, { x: 0, y: 1, z: 2 });
  t.is(parse(configToJson({ ...config, labels: ['only'] })).task, 'single-label');
});

test('architectures are what Python loads it as', (t) => {
  const nameOf = (json: object, task: EncoderConfig['task']) => configToJson({ ...parse(json), task }).architectures;
  t.deepEqual(nameOf(bert, 'none'), ['BertModel']);
  t.deepEqual(nameOf(bert, 'masked-lm'), ['BertForMaskedLM']);
  t.deepEqual(nameOf(bert, 'multi-label'), ['BertForSequenceClassification']);
  t.deepEqual(nameOf(distilbert, 'regression'), ['DistilBertForSequenceClassification']);
});

test('the precision that was is not carried beside the one that is', (t) => {
  const written = configToJson(parse({ ...bert, torch_dtype: 'float16', dtype: 'bfloat16' }));
  t.is(written.dtype, 'float32');
  t.false('torch_dtype' in written);
});
