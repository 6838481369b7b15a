/**
 * Marian (Junczys-Dowmunt et al. 2018), as the OPUS-MT translators are (Tiedemann & Thottingal 2020): BART's layers above computed positions.
 */
import { bartAliases, bartDecimals, bartNames, bartNormEpsilon, isBartCopy, readBartFields, writeBartFields } from './bart-fields.ts';
import { depthScaled } from './depth-scaled.ts';
import type { Seq2SeqFamily } from './family.ts';

export const marian: Seq2SeqFamily = {
  title: 'Marian',
  what: 'the OPUS-MT translators: post-norm, computed positions, one vocabulary for both sides',
  paper: { authors: 'Junczys-Dowmunt, Grundkiewicz, Dwojak, Hoang, Heafield, Neckermann, Seide, Germann, Fikri Aji, Bogoychev, Martins & Birch', year: 2018, title: 'Marian: Fast neural machine translation in C++', id: '1804.00344' },
  className: 'MarianMTModel',
  tokenizerClass: 'MarianTokenizer',
  names: bartNames,
  hasBiases: true,
  norm: 'after',
  sinusoids: true,
  scalesScores: true,
  padsEmbeddings: true,
  startsFromZero: true,
  isCopy: (name) => isBartCopy(name) || /^model\.(encoder|decoder)\.embed_positions\.weight$/.test(name),
  readFields: readBartFields,
  writeFields: (config) => ({ ...writeBartFields(config), share_encoder_decoder_embeddings: true, decoder_vocab_size: config.vocabulary }),
  aliases: bartAliases,
  decimals: bartDecimals,
  deviation: depthScaled,
  fresh: { activation: 'silu', gated: false, normEpsilon: bartNormEpsilon, scalesEmbeddings: true, tied: true },
};
