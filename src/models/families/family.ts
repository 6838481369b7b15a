/**
 * What a family of encoders says of itself: its Hugging Face names, its fields in config.json, and where it departs from BERT.
 */
import type { Activation } from '../../nn/activation.ts';
import type { EncoderConfig } from '../config.ts';

/** Where each part of an encoder lies, under its Hugging Face names. Those of a layer are relative to `layers`.<i>. */
export interface ModuleNames {
  /** What the names of a bare encoder are stored without. */
  readonly prefix: string;
  readonly embeddings: string;
  readonly layers: string;
  readonly query: string;
  readonly key: string;
  readonly value: string;
  readonly attentionOutput: string;
  readonly attentionNorm: string;
  readonly expansion: string;
  readonly contraction: string;
  readonly outputNorm: string;
  /** The linear layer of a bare encoder's pooled output; absent where it has none. */
  readonly pooler?: string;
  /** The linear layer below a classifier. */
  readonly head: string;
  readonly classifier: string;
  readonly languageTransform: string;
  readonly languageNorm: string;
  readonly languageBias: string;
}

/** What a family's own fields of config.json say. */
export type FamilyFields = Omit<EncoderConfig, 'family' | 'positions' | 'vocabulary' | 'padId' | 'initializerRange' | 'task' | 'labels' | 'source'>;

export interface Family {
  /** As people write it. */
  readonly title: string;
  readonly what: string;
  readonly paper: { readonly authors: string; readonly year: number; readonly title: string; readonly id: string };
  /** What its classes in transformers begin with: `Bert` of `BertForMaskedLM`. */
  readonly className: string;
  /** The class in transformers of its published tokenizers, and what these are made of. */
  readonly tokenizer: { readonly className: string; readonly model: 'WordPiece' | 'BPE' | 'Unigram' };
  /** Whether its exported graph takes token_type_ids, and its saved tokenizer answers with them. */
  readonly takesTypeIds: boolean;
  readonly usualPadId: number;
  /** Positions count real tokens, from the one after the padding id; the table has as many rows more. */
  readonly positionsStartAfterPadId?: true;
  readonly names: ModuleNames;
  /** A linear layer from the embeddings to the first layer; where not `always`, only between different widths. */
  readonly projection?: { readonly module: string; readonly always: boolean };
  /** Every layer is the same one. */
  readonly sharesLayers?: true;
  readonly head: {
    readonly activation: Activation;
    /** The head's dropout also falls on what it is given. */
    readonly dropsInput?: true;
  };
  readonly language: {
    /** By default the encoder's own. */
    readonly activation?: Activation;
    /** What the decoder's input is as wide as. */
    readonly width: 'width' | 'embeddingWidth';
    /** Further columns of the decoder, [H - E, V]: the embeddings are narrower than its input. */
    readonly furtherColumns?: string;
  };
  /** Beginnings of names that belong to published heads: a model of another task leaves them, and says so. */
  readonly heads: readonly string[];
  /** Stored copies of weights that are tied to others: nothing is lost by leaving them. */
  readonly copies: readonly string[];
  /** @throws for a field that is missing or out of range, or asks for what is not built. */
  readonly readFields: (json: unknown, file: string) => FamilyFields;
  readonly writeFields: (config: EncoderConfig) => Record<string, unknown>;
  /** What a fresh model of a size has besides it. */
  readonly fresh: (size: Pick<EncoderConfig, 'width' | 'heads'>) => Pick<EncoderConfig, 'embeddingWidth' | 'activation' | 'normEpsilon' | 'typeVocabulary' | 'bottleneck'>;
}
