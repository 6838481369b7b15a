/**
 * ELECTRA (Clark et al. 2020): BERT's layers above embeddings that may be narrower, and no pooler. A discriminator classifies, a generator
 * predicts masked words; the discriminator's own head (was this word replaced?) is left aside.
 */
import { bertLayerNames } from './bert.ts';
import type { Family } from './family.ts';
import { bertFields, check, count, fromBertFields, toBertFields } from './fields.ts';

const fieldsSchema = bertFields.extend({ embedding_size: count.default(128) });

export const electra: Family = {
  title: 'ELECTRA',
  what: 'BERT\'s layers above embeddings that may be narrower; no pooler',
  paper: { authors: 'Clark, Luong, Le & Manning', year: 2020, title: 'ELECTRA: Pre-training text encoders as discriminators rather than generators', id: '2003.10555' },
  className: 'Electra',
  tokenizer: { className: 'ElectraTokenizer', model: 'WordPiece' },
  takesTypeIds: true,
  usualPadId: 0,
  names: {
    prefix: 'electra',
    embeddings: 'electra.embeddings',
    layers: 'electra.encoder.layer',
    ...bertLayerNames,
    head: 'classifier.dense',
    classifier: 'classifier.out_proj',
    languageTransform: 'generator_predictions.dense',
    languageNorm: 'generator_predictions.LayerNorm',
    languageBias: 'generator_lm_head.bias',
  },
  projection: { module: 'electra.embeddings_project', always: false },
  head: { activation: 'gelu', dropsInput: true },
  language: { activation: 'gelu', width: 'embeddingWidth' },
  heads: ['generator_predictions.', 'generator_lm_head.', 'discriminator_predictions.', 'qa_outputs.', 'classifier.'],
  copies: ['generator_lm_head.weight'],
  readFields: (json, file) => {
    const fields = check(fieldsSchema, json, file);
    return { ...fromBertFields(fields), embeddingWidth: fields.embedding_size };
  },
  writeFields: (config) => ({ ...toBertFields(config), embedding_size: config.embeddingWidth }),
  fresh: ({ width }) => ({ embeddingWidth: Math.min(width, 128), activation: 'gelu', normEpsilon: 1e-12, typeVocabulary: 2 }),
};
