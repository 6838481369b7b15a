/**
 * DistilBERT (Sanh et al. 2019): BERT without token types and pooler, under names of its own.
 */
import { z } from 'zod';
import type { Family } from './family.ts';
import { activation, check, count, depth, rate } from './fields.ts';

/** Fixed in transformers' code, not in the config. */
const normEpsilon = 1e-12;

const fieldsSchema = z.looseObject({
  dim: count,
  n_heads: count,
  n_layers: depth,
  hidden_dim: count,
  activation: activation.default('gelu'),
  dropout: rate.default(0.1),
  attention_dropout: rate.default(0.1),
  seq_classif_dropout: rate.default(0.2),
});

export const distilbert: Family = {
  title: 'DistilBERT',
  what: 'encoder without token types and pooler',
  paper: { authors: 'Sanh, Debut, Chaumond & Wolf', year: 2019, title: 'DistilBERT, a distilled version of BERT: smaller, faster, cheaper and lighter', id: '1910.01108' },
  className: 'DistilBert',
  tokenizer: { className: 'DistilBertTokenizer', model: 'WordPiece' },
  takesTypeIds: false,
  usualPadId: 0,
  names: {
    prefix: 'distilbert',
    embeddings: 'distilbert.embeddings',
    layers: 'distilbert.transformer.layer',
    query: 'attention.q_lin',
    key: 'attention.k_lin',
    value: 'attention.v_lin',
    attentionOutput: 'attention.out_lin',
    attentionNorm: 'sa_layer_norm',
    expansion: 'ffn.lin1',
    contraction: 'ffn.lin2',
    outputNorm: 'output_layer_norm',
    head: 'pre_classifier',
    classifier: 'classifier',
    languageTransform: 'vocab_transform',
    languageNorm: 'vocab_layer_norm',
    languageBias: 'vocab_projector.bias',
  },
  head: { activation: 'relu' },
  language: { width: 'width' },
  heads: ['vocab_', 'qa_outputs.', 'classifier.', 'pre_classifier.'],
  copies: ['vocab_projector.weight'],
  readFields: (json, file) => {
    const fields = check(fieldsSchema, json, file);
    return {
      width: fields.dim,
      embeddingWidth: fields.dim,
      heads: fields.n_heads,
      layers: fields.n_layers,
      feedForwardWidth: fields.hidden_dim,
      activation: fields.activation,
      normEpsilon,
      typeVocabulary: 0,
      hiddenDropout: fields.dropout,
      attentionDropout: fields.attention_dropout,
      classifierDropout: fields.seq_classif_dropout,
    };
  },
  writeFields: (config) => ({
    dim: config.width,
    n_heads: config.heads,
    n_layers: config.layers,
    hidden_dim: config.feedForwardWidth,
    activation: config.activation,
    dropout: config.hiddenDropout,
    attention_dropout: config.attentionDropout,
    seq_classif_dropout: config.classifierDropout,
  }),
  fresh: ({ width }) => ({ embeddingWidth: width, activation: 'gelu', normEpsilon, typeVocabulary: 0 }),
};
