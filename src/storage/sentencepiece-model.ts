// A sentencepiece model file (.spm, .model): its pieces with their scores, and how text is normalised before. What a tokenizer makes of it
// stands in text/sentence-piece.ts. Protocol buffers; fields that are not named here do not change how text is encoded.
//   ModelProto      1 pieces (SentencePiece)  2 trainer_spec  3 normalizer_spec
//   SentencePiece   1 piece  2 score (float)  3 type
//   TrainerSpec     3 model_type  24 treat_whitespace_as_suffix  35 byte_fallback
//   NormalizerSpec  2 precompiled_charsmap  3 add_dummy_prefix  4 remove_extra_whitespaces  5 escape_whitespaces
import { readFile } from 'node:fs/promises';
import { named } from './file-bytes.ts';
import { protobufFields, type ProtobufField } from './protobuf-reader.ts';
import { quoted } from './quoted.ts';

const types = ['normal', 'unknown', 'control', 'user-defined', 'unused', 'byte'] as const;
const kinds = ['unigram', 'bpe', 'word', 'char'] as const;

export interface SentencePiece {
  readonly text: string;
  /** Natural logarithm of its probability (unigram), or minus its rank (BPE). */
  readonly score: number;
  readonly type: (typeof types)[number];
}

export interface SentencePieceModel {
  readonly kind: (typeof kinds)[number];
  /** In the order of their ids. */
  readonly pieces: readonly SentencePiece[];
  /** Characters without a piece become bytes. */
  readonly byteFallback: boolean;
  readonly whitespaceAsSuffix: boolean;
  /** The compiled table of character replacements; empty: none. */
  readonly charactersMap: Uint8Array;
  readonly addDummyPrefix: boolean;
  readonly removeExtraWhitespaces: boolean;
  readonly escapeWhitespaces: boolean;
}

/** @throws one sentence naming the file where it is no sentencepiece model. */
export async function readSentencePieceModel(path: string): Promise<SentencePieceModel> {
  const bytes = await readFile(path);
  return named(path, () => Promise.resolve(bytes).then(decodeSentencePieceModel));
}

/** @throws a sentence about what is wrong; the caller adds the file. */
export function decodeSentencePieceModel(bytes: Uint8Array): SentencePieceModel {
  const pieces: SentencePiece[] = [];
  const trainer = new Map<number, bigint>();
  const normalizer = new Map<number, bigint>();
  let charactersMap: Uint8Array = new Uint8Array(0);
  try {
    for (const { field, bytes: inner } of messages(bytes)) {
      if (field === 1) pieces.push(pieceOf(inner, pieces.length));
      else if (field === 2) keepNumbers(inner, trainer);
      else if (field === 3) {
        keepNumbers(inner, normalizer);
        for (const { field: part, bytes: map } of messages(inner)) if (part === 2) charactersMap = map;
      }
    }
  } catch (error) {
    throw new Error(`not a sentencepiece model: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
  if (pieces.length === 0) throw new Error('not a sentencepiece model: it holds no pieces');
  const flag = (of: ReadonlyMap<number, bigint>, field: number, otherwise: boolean): boolean => (of.get(field) ?? BigInt(otherwise)) !== 0n;
  return {
    kind: choice(kinds, trainer.get(3), 'model type'),
    pieces,
    byteFallback: flag(trainer, 35, false),
    whitespaceAsSuffix: flag(trainer, 24, false),
    charactersMap,
    addDummyPrefix: flag(normalizer, 3, true),
    removeExtraWhitespaces: flag(normalizer, 4, true),
    escapeWhitespaces: flag(normalizer, 5, true),
  };
}

function pieceOf(bytes: Uint8Array, id: number): SentencePiece {
  let [text, score, type] = ['', 0, undefined as bigint | undefined];
  for (const part of protobufFields(bytes)) {
    if (part.field === 1 && part.kind === 'bytes') text = utf8(part.bytes, id);
    else if (part.field === 2 && part.kind === 'fixed32') score = Buffer.from(part.bytes).readFloatLE();
    else if (part.field === 3 && part.kind === 'varint') type = part.value;
  }
  if (text === '') throw new Error(`piece ${id} is empty`);
  if (!Number.isFinite(score)) throw new Error(`the score of piece ${id}, ${quoted(text)}, is ${score}`);
  return { text, score, type: choice(types, type, `type of piece ${id}`) };
}

/** Enumerations begin at 1, which also holds where nothing is said. */
function choice<T>(of: readonly T[], number: bigint | undefined, what: string): T {
  const chosen = of[Number((number ?? 1n) - 1n)];
  if (chosen === undefined) throw new Error(`the ${what} is ${number}, which is none of 1 to ${of.length}`);
  return chosen;
}

function* messages(bytes: Uint8Array): Generator<Extract<ProtobufField, { readonly bytes: Uint8Array }>, void, undefined> {
  for (const field of protobufFields(bytes)) if (field.kind === 'bytes') yield field;
}

function keepNumbers(bytes: Uint8Array, into: Map<number, bigint>): void {
  for (const part of protobufFields(bytes)) if (part.kind === 'varint') into.set(part.field, part.value);
}

function utf8(bytes: Uint8Array, id: number): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw new Error(`piece ${id} is not UTF-8 text`, { cause: error });
  }
}
