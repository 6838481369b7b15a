/**
 * What a family of encoder-decoders says of itself: its Hugging Face names, its fields in config.json, and where families part.
 */
import type { Seq2SeqConfig, Side } from '../config.ts';

export interface AttentionNames {
  readonly query: string;
  readonly key: string;
  readonly value: string;
  readonly output: string;
  readonly norm: string;
}

/** Modules of a layer, relative to it. */
export interface LayerNames {
  readonly self: AttentionNames;
  /** Of a decoder. */
  readonly cross: AttentionNames;
  readonly feedForward: { readonly expansion: string; readonly gate?: string; readonly contraction: string; readonly norm: string };
}

/** What a family's own fields of config.json say. */
export type Seq2SeqFields = Omit<Seq2SeqConfig, 'family' | 'task' | 'labels' | 'vocabulary' | 'padId' | 'startId' | 'generation' | 'source'>;

export interface Seq2SeqFamily {
  /** As people write it. */
  readonly title: string;
  readonly what: string;
  readonly paper: { readonly authors: string; readonly year: number; readonly title: string; readonly id: string };
  /** Its class in transformers. */
  readonly className: string;
  /** The class in transformers of its published tokenizers. */
  readonly tokenizerClass: string;
  readonly names: {
    /** What names may be stored without; empty where there is none. */
    readonly prefix: string;
    /** Word embeddings of both sides. */
    readonly shared: string;
    readonly layers: (side: Side) => string;
    readonly layer: (side: Side, config: Pick<Seq2SeqConfig, 'gated'>) => LayerNames;
    /** The last product, where it is not tied. */
    readonly product: string;
    /** A bias of the last product that is kept and not learned, [1, V]. */
    readonly productBias?: string;
    /** Tables of learned positions, and the rows before the first. */
    readonly positions?: { readonly module: (side: Side) => string; readonly offset: number };
    /** Norms of what the first layer is given. */
    readonly embeddingNorm?: (side: Side) => string;
    /** Norms after the last layer. */
    readonly finalNorm?: (side: Side) => string;
    /** The table of relative positions, which the first layer of a side holds for all. */
    readonly relative?: (side: Side) => string;
  };
  /** Whether linear layers and norms have biases. */
  readonly hasBiases: boolean;
  /** The norm of a block comes after its sum with the stream, or before it and takes no mean away. */
  readonly norm: 'after' | 'before';
  /** Whether positions are computed. */
  readonly sinusoids?: true;
  /** Whether q·k is divided by √D. */
  readonly scalesScores: boolean;
  /** Whether lookups of the padding token pass no gradient. */
  readonly padsEmbeddings: boolean;
  /** Whether a translation starts from no embedding at all: padding's row stays zero, though the scores of words use it too. */
  readonly startsFromZero: boolean;
  /** Whether a tied last product is given its input times 1/√H. */
  readonly scalesProduct?: true;
  /** Stored copies of weights and buffers: nothing is lost by leaving them. */
  readonly isCopy: (name: string, config: Pick<Seq2SeqConfig, 'tied'>) => boolean;
  /** @throws for a field that is missing or out of range, or asks for what is not built. */
  readonly readFields: (json: unknown, file: string) => Seq2SeqFields;
  readonly writeFields: (config: Seq2SeqConfig) => Record<string, unknown>;
  /** Fields that transformers takes for broken where they are whole numbers, and no decimals. */
  readonly decimals: readonly string[];
  /** Names under which transformers also finds fields that `writeFields` writes: a stale one would win. */
  readonly aliases: readonly string[];
  /** Standard deviation of a part's fresh weights. @param depth of its layer within its side, from 1. */
  readonly deviation: (part: InitialPart, config: Seq2SeqConfig, depth: number) => number;
  /** What a fresh model of a size has besides it. */
  readonly fresh: Pick<Seq2SeqConfig, 'activation' | 'gated' | 'normEpsilon' | 'scalesEmbeddings' | 'tied' | 'relative'>;
}

export type InitialPart = 'shared' | 'product' | 'relative' | 'query' | 'key' | 'value' | 'output' | 'expansion' | 'contraction';
