/**
 * The families of encoder-decoders by their names in config.json (`model_type`): one file each in families/.
 */
import type { Seq2SeqFamilyName } from './config.ts';
import { bart } from './families/bart.ts';
import type { Seq2SeqFamily } from './families/family.ts';
import { marian } from './families/marian.ts';
import { t5 } from './families/t5.ts';

export const seq2seqFamilies: Readonly<Record<Seq2SeqFamilyName, Seq2SeqFamily>> = { marian, t5, bart };

export function isSeq2SeqFamily(name: string): name is Seq2SeqFamilyName {
  return Object.hasOwn(seq2seqFamilies, name);
}
