// A sentencepiece model (Kudo and Richardson 2018, https://arxiv.org/abs/1808.06226) as the object that a tokenizer.json holds: Unigram and
// BPE, with its normalisation. Ids are those of the model. It neither reads files nor adds special tokens. Where the tokenizers library goes
// its own way: names of control pieces and bytes that stand in a text (`</s>`, `<0x41>`) are taken for them, and a combining mark behind a
// character that the normalisation replaces (`ﬁ` with an accent) is lost.
import { quoted } from '../storage/quoted.ts';
import type { SentencePiece, SentencePieceModel } from '../storage/sentencepiece-model.ts';
import { checkCharactersMap } from './characters-map.ts';
import type { TokenizerDefinition } from './word-piece.ts';

/** What stands for a space in pieces. */
export const spaceMark = '▁';

/** Throws an Error where the model is of a kind, or marks its pieces in a way, that the tokenizers library cannot follow, or is damaged. */
export function sentencePieceDefinition(model: SentencePieceModel): TokenizerDefinition {
  const { pieces, kind } = model;
  const refuse = (what: string): Error => new Error(`${what}; models of kind unigram and bpe as sentencepiece trains them by default can be read`);
  if (kind !== 'unigram' && kind !== 'bpe') throw refuse(`a sentencepiece model of kind ${kind}`);
  if (model.whitespaceAsSuffix) throw refuse('a sentencepiece model that writes spaces behind its words');
  if (!model.escapeWhitespaces) throw refuse('a sentencepiece model that leaves spaces as they are');
  if (model.charactersMap.length > 0) checkCharactersMap(model.charactersMap);
  const unused = pieces.find(({ type }) => type === 'unused');
  if (unused !== undefined) throw refuse(`a sentencepiece model whose piece ${quoted(unused.text)} is marked as unused`);
  const unknown = pieces.findIndex(({ type }) => type === 'unknown');
  if (unknown < 0) throw new Error('the sentencepiece model has no piece for what it does not know');
  const ids = new Map(pieces.map(({ text }, id) => [text, id]));
  const twice = pieces.find(({ text }, id) => ids.get(text) !== id);
  if (twice !== undefined) throw new Error(`two pieces of the sentencepiece model are ${quoted(twice.text)}`);
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: pieces.flatMap(({ text, type }, id) => (type === 'control' || type === 'unknown' ? [{ id, content: text, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true }] : [])),
    normalizer: { type: 'Sequence', normalizers: normalizersOf(model) },
    pre_tokenizer: wholePieces(pieces),
    post_processor: null,
    decoder: { type: 'Sequence', decoders: decodersOf(model) },
    model: kind === 'unigram' ? unigram(model, unknown) : bytePairs(model, ids, pieces[unknown]?.text ?? ''),
  };
}

const replace = (pattern: Readonly<Record<string, string>>, content: string) => ({ type: 'Replace', pattern, content });

/** In sentencepiece's order: characters replaced, spaces at the ends dropped and others joined, a space before the text, spaces marked. */
function normalizersOf({ charactersMap, removeExtraWhitespaces, addDummyPrefix }: SentencePieceModel): unknown[] {
  return [
    ...(charactersMap.length > 0 ? [{ type: 'Precompiled', precompiled_charsmap: Buffer.from(charactersMap).toString('base64') }] : []),
    // The ends of the text, not of its lines, in words that the expressions of Rust and of JavaScript share.
    ...(removeExtraWhitespaces ? [replace({ Regex: '(?<![\\s\\S]) +| +(?![\\s\\S])' }, ''), replace({ Regex: ' {2,}' }, ' ')] : []),
    ...(addDummyPrefix ? [{ type: 'Prepend', prepend: spaceMark }] : []),
    replace({ String: ' ' }, spaceMark),
  ];
}

function decodersOf({ byteFallback, addDummyPrefix, removeExtraWhitespaces }: SentencePieceModel): unknown[] {
  const leading = removeExtraWhitespaces ? 0xffff : Number(addDummyPrefix); // spaces that no text of this normalisation begins with
  return [
    replace({ String: spaceMark }, ' '),
    ...(byteFallback ? [{ type: 'ByteFallback' }] : []),
    { type: 'Fuse' },
    ...(leading > 0 ? [{ type: 'Strip', content: ' ', start: leading, stop: 0 }] : []),
  ];
}

/** User-defined pieces are taken whole, the longest first, whatever stands around them. */
function wholePieces(pieces: readonly SentencePiece[]): unknown {
  const whole = pieces.filter(({ type }) => type === 'user-defined').map(({ text }) => text);
  if (whole.length === 0) return null;
  const pattern = whole.sort((a, b) => b.length - a.length).map((text) => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|');
  return { type: 'Split', pattern: { Regex: pattern }, behavior: 'Isolated', invert: false };
}

function unigram({ pieces, byteFallback }: SentencePieceModel, unknown: number): TokenizerDefinition['model'] {
  return { type: 'Unigram', unk_id: unknown, vocab: pieces.map(({ text, score }) => [text, score]), byte_fallback: byteFallback };
}

/** Every way to make a piece of two others, the best piece first: sentencepiece merges whatever neighbours make the piece of the highest score. */
function bytePairs({ pieces, byteFallback }: SentencePieceModel, ids: ReadonlyMap<string, number>, unknown: string): TokenizerDefinition['model'] {
  const isNormal = (text: string) => pieces[ids.get(text) ?? -1]?.type === 'normal';
  const ranked = pieces.map((piece, id) => ({ ...piece, id })).filter(({ type }) => type === 'normal').sort((a, b) => b.score - a.score || a.id - b.id);
  const merges = ranked.flatMap(({ text }) => {
    const characters = Array.from(text);
    const cuts = characters.slice(1).map((_, i) => [characters.slice(0, i + 1).join(''), characters.slice(i + 1).join('')] as const);
    return cuts.filter(([left, right]) => isNormal(left) && isNormal(right));
  });
  return {
    type: 'BPE',
    dropout: null,
    unk_token: unknown,
    continuing_subword_prefix: null,
    end_of_word_suffix: null,
    fuse_unk: true,
    byte_fallback: byteFallback,
    // A user-defined piece stands alone and is looked up whole.
    ignore_merges: pieces.some(({ type }) => type === 'user-defined'),
    vocab: Object.fromEntries(ids),
    merges,
  };
}
