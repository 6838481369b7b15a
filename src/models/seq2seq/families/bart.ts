/**
 * BART (Lewis et al. 2020): post-norm layers above learned positions and a norm of the embeddings.
 */
import type { Side } from '../config.ts';
import { bartAliases, bartDecimals, bartNames, bartNormEpsilon, isBartCopy, readBartFields, writeBartFields } from './bart-fields.ts';
import { depthScaled } from './depth-scaled.ts';
import type { Seq2SeqFamily } from './family.ts';

export const bart: Seq2SeqFamily = {
  title: 'BART',
  what: 'post-norm encoder-decoder above learned positions, pre-trained by denoising',
  paper: { authors: 'Lewis, Liu, Goyal, Ghazvininejad, Mohamed, Levy, Stoyanov & Zettlemoyer', year: 2020, title: 'BART: Denoising sequence-to-sequence pre-training for natural language generation, translation, and comprehension', id: '1910.13461' },
  className: 'BartForConditionalGeneration',
  tokenizerClass: 'BartTokenizer',
  names: {
    ...bartNames,
    positions: { module: (side: Side) => `model.${side}.embed_positions`, offset: 2 },
    embeddingNorm: (side: Side) => `model.${side}.layernorm_embedding`,
  },
  hasBiases: true,
  norm: 'after',
  scalesScores: true,
  padsEmbeddings: true,
  startsFromZero: false,
  isCopy: isBartCopy,
  readFields: readBartFields,
  writeFields: writeBartFields,
  aliases: bartAliases,
  decimals: bartDecimals,
  deviation: depthScaled,
  fresh: { activation: 'gelu', gated: false, normEpsilon: bartNormEpsilon, scalesEmbeddings: false, tied: true },
};
