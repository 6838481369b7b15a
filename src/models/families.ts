/**
 * The model families by their names in config.json (`model_type`), with the papers they come from: what `retort list` prints.
 * Reading and writing them is config.ts's and load.ts's business.
 */
import type { EncoderConfig } from './config.ts';

export interface Family {
  readonly what: string;
  readonly paper: { readonly authors: string; readonly year: number; readonly title: string; readonly id: string };
}

export const familyCatalogue: Readonly<Record<EncoderConfig['family'], Family>> = {
  bert: {
    what: 'encoder with token types and a pooler: BERT, MiniLM and their kin',
    paper: { authors: 'Devlin, Chang, Lee & Toutanova', year: 2019, title: 'BERT: Pre-training of deep bidirectional transformers for language understanding', id: '1810.04805' },
  },
  distilbert: {
    what: 'encoder without token types and pooler',
    paper: { authors: 'Sanh, Debut, Chaumond & Wolf', year: 2019, title: 'DistilBERT, a distilled version of BERT: smaller, faster, cheaper and lighter', id: '1910.01108' },
  },
};
