/**
 * RoBERTa (Liu et al. 2019): BERT's layers; positions count real tokens from the one after the padding id; one token type, whatever a
 * tokenizer says of pairs; the classifier's head is a dense layer of its own, and a bare encoder has a pooler.
 */
import { bertLayerNames } from './bert.ts';
import type { Family } from './family.ts';
import { bertFields, check, fromBertFields, toBertFields } from './fields.ts';

export const roberta: Family = {
  title: 'RoBERTa',
  what: 'BERT\'s layers, positions counted past the padding id, byte-level BPE',
  paper: { authors: 'Liu, Ott, Goyal, Du, Joshi, Chen, Levy, Lewis, Zettlemoyer & Stoyanov', year: 2019, title: 'RoBERTa: A robustly optimized BERT pretraining approach', id: '1907.11692' },
  className: 'Roberta',
  tokenizer: { className: 'RobertaTokenizer', model: 'BPE' },
  takesTypeIds: false,
  usualPadId: 1,
  positionsStartAfterPadId: true,
  names: {
    prefix: 'roberta',
    embeddings: 'roberta.embeddings',
    layers: 'roberta.encoder.layer',
    ...bertLayerNames,
    pooler: 'roberta.pooler.dense',
    head: 'classifier.dense',
    classifier: 'classifier.out_proj',
    languageTransform: 'lm_head.dense',
    languageNorm: 'lm_head.layer_norm',
    languageBias: 'lm_head.bias',
  },
  head: { activation: 'tanh', dropsInput: true },
  language: { activation: 'gelu', width: 'width' },
  heads: ['lm_head.', 'qa_outputs.', 'classifier.', 'roberta.pooler.dense.'],
  copies: ['lm_head.decoder.weight', 'lm_head.decoder.bias'],
  readFields: (json, file) => fromBertFields(check(bertFields, json, file)),
  writeFields: toBertFields,
  fresh: ({ width }) => ({ embeddingWidth: width, activation: 'gelu', normEpsilon: 1e-5, typeVocabulary: 1 }),
};
