/**
 * A translator that writes token by token, for the searches of decode/: the sources are encoded once, and of what is written only the last
 * token passes the decoder, whose layers keep the keys and values of those before. Nothing is read back.
 */
import type { StepDecoder } from '../../decode/step-decoder.ts';
import type { Batch } from '../../engine/batch.ts';
import { linear } from '../../engine/fused/linear.ts';
import { scope } from '../../engine/memory.ts';
import * as tf from '../../engine/tf.ts';
import { attentionBias } from '../../nn/attention.ts';
import { SourceCache, sourceTokens, WrittenCache } from '../../nn/key-value-cache.ts';
import { keysAndValues, transformerStep } from '../../nn/transformer-layer.ts';
import { embedSide } from './embeddings.ts';
import { layerOptions, layerWeights } from './layers.ts';
import { normedLast, passSide, positionBias, type Seq2Seq } from './model.ts';
import { productOf } from './product.ts';

/** A decoder that holds tensors until it is disposed of. */
export interface SourceDecoder extends StepDecoder {
  dispose(): void;
}

/** One row for each source of the batch; its targets and labels are not looked at. The batch may be disposed of at once. */
export function openDecoder({ config, parameters }: Seq2Seq, batch: Batch): SourceDecoder {
  const options = layerOptions(config, 'decoder');
  const layers = layerWeights(config, parameters, 'decoder');
  const encoded = scope(() => {
    const bias = attentionBias(batch.mask);
    const last = passSide(config, parameters, 'encoder', { ids: batch.inputIds, bias, mode: {} }).hidden.at(-1)!;
    return { tokens: sourceTokens(batch.mask), layers: layers.flatMap(({ cross }) => (cross === undefined ? [] : [keysAndValues(last, cross)])) };
  });
  const sources = new SourceCache(encoded.layers, encoded.tokens);
  const written = new WrittenCache(layers.length);
  let place = 0;

  const logitsOf = (tokens: Int32Array): tf.Tensor2D => {
    const ids = tf.tensor2d(tokens, [tokens.length, 1], 'int32');
    let stream = embedSide(config, parameters, 'decoder', { ids, from: place }, {}); // [R, 1, H]
    const positions = positionBias(config, parameters, 'decoder', { queries: 1, keys: place + 1 });
    written.begin(tokens.length);
    layers.forEach((layer, index) => {
      stream = transformerStep(stream, layer, options, {
        self: (states, query) => {
          written.append(index, keysAndValues(states, layer.self));
          return written.look(index, query, { ...options, positionBias: positions });
        },
        cross: (_states, query) => sources.look(index, query, options),
      });
    });
    const product = productOf(config, parameters, normedLast(config, parameters, 'decoder', stream, {}));
    return tf.reshape(linear(product.input, product), [tokens.length, config.vocabulary]); // [R, 1, V] -> [R, V]
  };

  return {
    step(tokens) {
      if (tokens.length !== sources.rows) throw new Error(`${tokens.length} tokens are given for ${sources.rows} rows`);
      const logits = scope(() => logitsOf(tokens));
      place++;
      return logits;
    },
    select(rows) {
      sources.select(rows);
      written.select(rows);
    },
    dispose() {
      sources.dispose();
      written.dispose();
    },
  };
}
