/**
 * The sizes of a model that objectives match by. Every configuration has them; of a teacher that is known by its stored states alone,
 * only the depth and the width are known.
 */
export interface Dimensions {
  /** L; of an encoder-decoder, its decoder's. */
  readonly layers: number;
  /** Of the encoder, where a decoder stands above it. */
  readonly encoderLayers?: number;
  /** Of hidden states: H of a student, G of a teacher. */
  readonly width: number;
  /** A */
  readonly heads?: number;
  /** Of queries, keys and values of all heads together, where that is not the width of hidden states. */
  readonly bottleneck?: { readonly width: number };
  /** F, of the expansion in a feed-forward block. */
  readonly feedForwardWidth?: number;
}
