/**
 * ALBERT (Lan et al. 2020): narrow embeddings that a linear layer widens, and one layer that is applied again and again. Only the form with
 * a single group of one layer is built, which is the published one. A student with fewer layers applies the layer less often: it is
 * faster, and not smaller.
 */
import { z } from 'zod';
import type { Family } from './family.ts';
import { activation, bertFields, check, count, fromBertFields, rate, toBertFields } from './fields.ts';

const one = z.literal(1, 'only one layer shared by all depths is supported, which is 1 here');

const fieldsSchema = bertFields.extend({
  embedding_size: count.default(128),
  num_attention_heads: count.default(64),
  hidden_act: activation.default('gelu_new'),
  hidden_dropout_prob: rate.default(0),
  attention_probs_dropout_prob: rate.default(0),
  classifier_dropout_prob: rate.default(0.1),
  num_hidden_groups: one.default(1),
  inner_group_num: one.default(1),
});

export const albert: Family = {
  title: 'ALBERT',
  what: 'one layer shared by all depths, above narrow embeddings; its cuts are faster, not smaller',
  paper: { authors: 'Lan, Chen, Goodman, Gimpel, Sharma & Soricut', year: 2020, title: 'ALBERT: A lite BERT for self-supervised learning of language representations', id: '1909.11942' },
  className: 'Albert',
  tokenizer: { className: 'AlbertTokenizer', model: 'Unigram' },
  takesTypeIds: true,
  usualPadId: 0,
  names: {
    prefix: 'albert',
    embeddings: 'albert.embeddings',
    layers: 'albert.encoder.albert_layer_groups.0.albert_layers',
    query: 'attention.query',
    key: 'attention.key',
    value: 'attention.value',
    attentionOutput: 'attention.dense',
    attentionNorm: 'attention.LayerNorm',
    expansion: 'ffn',
    contraction: 'ffn_output',
    outputNorm: 'full_layer_layer_norm',
    pooler: 'albert.pooler',
    head: 'albert.pooler',
    classifier: 'classifier',
    languageTransform: 'predictions.dense',
    languageNorm: 'predictions.LayerNorm',
    languageBias: 'predictions.bias',
  },
  projection: { module: 'albert.encoder.embedding_hidden_mapping_in', always: true },
  sharesLayers: true,
  head: { activation: 'tanh' },
  language: { width: 'embeddingWidth' },
  heads: ['predictions.', 'sop_classifier.', 'qa_outputs.', 'classifier.', 'albert.pooler.'],
  copies: ['predictions.decoder.weight', 'predictions.decoder.bias'],
  readFields: (json, file) => {
    const fields = check(fieldsSchema, json, file);
    return { ...fromBertFields(fields), embeddingWidth: fields.embedding_size, classifierDropout: fields.classifier_dropout_prob };
  },
  writeFields: (config) => {
    const { classifier_dropout, ...fields } = toBertFields(config);
    return { ...fields, classifier_dropout_prob: classifier_dropout, embedding_size: config.embeddingWidth, num_hidden_groups: 1, inner_group_num: 1 };
  },
  fresh: ({ width }) => ({ embeddingWidth: Math.min(width, 128), activation: 'gelu_new', normEpsilon: 1e-12, typeVocabulary: 2 }),
};
