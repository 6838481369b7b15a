/**
 * MobileBERT (Sun et al. 2020): layers that compute in a narrow bottleneck, with a stack of feed-forward blocks and scale-and-shift in
 * place of layer norm, above embeddings made of three neighbouring words. Built as published: other arrangements are refused. A
 * padded row's last word has the padding's embedding as its neighbour, an unpadded row's has zeros: logits differ a little by padding.
 */
import { z } from 'zod';
import { bertLanguageNames, bertLayerNames } from './bert.ts';
import type { Family } from './family.ts';
import { activation, bertFields, check, count, fromBertFields, rate, toBertFields } from './fields.ts';

const published = <T extends boolean | string>(value: T) => z.literal(value, `only the published arrangement is supported, which is ${value} here`).default(value as never);

const fieldsSchema = bertFields.extend({
  embedding_size: count.default(128),
  intra_bottleneck_size: count.default(128),
  num_feedforward_networks: z.int().min(1).max(64).default(4),
  hidden_act: activation.default('relu'),
  hidden_dropout_prob: rate.default(0),
  classifier_activation: z.boolean().default(true),
  normalization_type: published('no_norm'),
  trigram_input: published(true),
  use_bottleneck: published(true),
  use_bottleneck_attention: published(false),
  key_query_shared_bottleneck: published(true),
});

export const mobilebert: Family = {
  title: 'MobileBERT',
  what: 'narrow bottleneck layers with a stack of feed-forward blocks, no layer norm',
  paper: { authors: 'Sun, Yu, Song, Liu, Yang & Zhou', year: 2020, title: 'MobileBERT: a compact task-agnostic BERT for resource-limited devices', id: '2004.02984' },
  className: 'MobileBert',
  tokenizer: { className: 'MobileBertTokenizer', model: 'WordPiece' },
  takesTypeIds: true,
  usualPadId: 0,
  names: {
    prefix: 'mobilebert',
    embeddings: 'mobilebert.embeddings',
    layers: 'mobilebert.encoder.layer',
    ...bertLayerNames,
    pooler: 'mobilebert.pooler.dense',
    head: 'mobilebert.pooler.dense',
    classifier: 'classifier',
    ...bertLanguageNames,
  },
  head: { activation: 'tanh' },
  language: { width: 'width', furtherColumns: 'cls.predictions.dense.weight' },
  heads: ['cls.', 'qa_outputs.', 'classifier.', 'mobilebert.pooler.dense.'],
  copies: ['cls.predictions.decoder.weight', 'cls.predictions.decoder.bias'],
  readFields: (json, file) => {
    const fields = check(fieldsSchema, json, file);
    return {
      ...fromBertFields(fields),
      embeddingWidth: fields.embedding_size,
      bottleneck: { width: fields.intra_bottleneck_size, feedForwards: fields.num_feedforward_networks, pooler: fields.classifier_activation },
    };
  },
  writeFields: (config) => ({
    ...toBertFields(config),
    embedding_size: config.embeddingWidth,
    intra_bottleneck_size: config.bottleneck?.width,
    true_hidden_size: config.bottleneck?.width,
    num_feedforward_networks: config.bottleneck?.feedForwards,
    classifier_activation: config.bottleneck?.pooler,
    normalization_type: 'no_norm',
    trigram_input: true,
    use_bottleneck: true,
    use_bottleneck_attention: false,
    key_query_shared_bottleneck: true,
  }),
  fresh: ({ width, heads }) => ({
    embeddingWidth: Math.min(128, Math.max(1, Math.round(width / 4))),
    activation: 'relu',
    normEpsilon: 1e-12,
    typeVocabulary: 2,
    bottleneck: { width: heads * Math.max(1, Math.round(width / 4 / heads)), feedForwards: 4, pooler: true },
  }),
};
