/**
 * BERT (Devlin et al. 2019), MiniLM, TinyBERT and their kin: an encoder with token types and a pooler.
 */
import type { Family, ModuleNames } from './family.ts';
import { bertFields, check, fromBertFields, toBertFields } from './fields.ts';

/** The parts of a layer, which RoBERTa, ELECTRA and MobileBERT call alike. */
export const bertLayerNames = {
  query: 'attention.self.query',
  key: 'attention.self.key',
  value: 'attention.self.value',
  attentionOutput: 'attention.output.dense',
  attentionNorm: 'attention.output.LayerNorm',
  expansion: 'intermediate.dense',
  contraction: 'output.dense',
  outputNorm: 'output.LayerNorm',
} as const satisfies Partial<ModuleNames>;

/** BERT's masked-LM head, which MobileBERT has too. */
export const bertLanguageNames = {
  languageTransform: 'cls.predictions.transform.dense',
  languageNorm: 'cls.predictions.transform.LayerNorm',
  languageBias: 'cls.predictions.bias',
} as const satisfies Partial<ModuleNames>;

export const bert: Family = {
  title: 'BERT',
  what: 'encoder with token types and a pooler: BERT, MiniLM and their kin',
  paper: { authors: 'Devlin, Chang, Lee & Toutanova', year: 2019, title: 'BERT: Pre-training of deep bidirectional transformers for language understanding', id: '1810.04805' },
  className: 'Bert',
  tokenizer: { className: 'BertTokenizer', model: 'WordPiece' },
  takesTypeIds: true,
  usualPadId: 0,
  names: {
    prefix: 'bert',
    embeddings: 'bert.embeddings',
    layers: 'bert.encoder.layer',
    ...bertLayerNames,
    pooler: 'bert.pooler.dense',
    head: 'bert.pooler.dense',
    classifier: 'classifier',
    ...bertLanguageNames,
  },
  head: { activation: 'tanh' },
  language: { width: 'width' },
  heads: ['cls.', 'qa_outputs.', 'classifier.', 'bert.pooler.dense.'],
  copies: ['cls.predictions.decoder.weight', 'cls.predictions.decoder.bias'],
  readFields: (json, file) => fromBertFields(check(bertFields, json, file)),
  writeFields: toBertFields,
  fresh: ({ width }) => ({ embeddingWidth: width, activation: 'gelu', normEpsilon: 1e-12, typeVocabulary: 2 }),
};
