/**
 * The ONNX form of embeddings.ts: ids, and token types where the family's tokenizer gives them, to [B, T, H].
 */
import { onnxDtypes } from '../storage/onnx-model.ts';
import type { EncoderConfig } from './config.ts';
import { positionRows, summedWidth, trigramModule } from './embeddings.ts';
import { families, projectionOf } from './families.ts';
import { type OnnxGraphBuilder, scopeOf } from './onnx-graph.ts';

export function onnxEmbeddings(graph: OnnxGraphBuilder, config: EncoderConfig): string {
  const { names: { embeddings: module }, positionsStartAfterPadId } = families[config.family];
  const { width, embeddingWidth, normEpsilon, vocabulary, bottleneck } = config;
  const scope = scopeOf(module);
  const summed = summedWidth(config);

  const found = graph.node(`${scope}/word_embeddings`, 'Gather', [graph.weight(`${module}.word_embeddings.weight`, [vocabulary, embeddingWidth]), 'input_ids']); // [B, T, E]
  const words = bottleneck ? graph.linear(`${module}.${trigramModule}`, withNeighbours(graph, scope, found), { inWidth: 3 * embeddingWidth, outWidth: summed }) : found;
  const typed = withTypes(graph, config, words);
  const table = graph.weight(`${module}.position_embeddings.weight`, [positionRows(config), summed]);
  const places = positionsStartAfterPadId ? placesAfterPadId(graph, scope, config.padId) : undefined;
  const positions = places === undefined ? firstRows(graph, scope, table) : graph.node(`${scope}/position_embeddings`, 'Gather', [table, places]);
  const sum = graph.node(scope, 'Add', [typed, positions]);
  const normed = bottleneck ? graph.scaleAndShift(`${module}.LayerNorm`, sum, summed) : graph.layerNorm(`${module}.LayerNorm`, sum, { width: summed, epsilon: normEpsilon });
  const projection = projectionOf(config);
  return projection === undefined ? normed : graph.linear(projection, normed, { inWidth: embeddingWidth, outWidth: width });
}

function withTypes(graph: OnnxGraphBuilder, config: EncoderConfig, words: string): string {
  const { names: { embeddings: module }, takesTypeIds } = families[config.family];
  if (config.typeVocabulary === 0) return words;
  const scope = scopeOf(module);
  const table = graph.weight(`${module}.token_type_embeddings.weight`, [config.typeVocabulary, summedWidth(config)]);
  // Without types to read, every token has the first.
  const types = graph.node(`${scope}/token_type_embeddings`, 'Gather', [table, takesTypeIds ? 'token_type_ids' : graph.integers([0])]);
  return graph.node(scope, 'Add', [words, types]);
}

/** Positions count from 0 whatever the mask: the table's first T rows, [T, E]. */
function firstRows(graph: OnnxGraphBuilder, scope: string, table: string): string {
  const length = graph.node(scope, 'Shape', ['input_ids'], { start: { int: 1 }, end: { int: 2 } }); // [1]
  return graph.node(`${scope}/position_embeddings`, 'Slice', [table, graph.integers([0]), length, graph.integers([0])]);
}

/** int64 [B, T]: real tokens count from the one after the padding id. */
function placesAfterPadId(graph: OnnxGraphBuilder, scope: string, padId: number): string {
  const pad = graph.integers(padId);
  const isReal = graph.node(scope, 'Not', [graph.node(scope, 'Equal', ['input_ids', pad])]);
  const real = graph.node(scope, 'Cast', [isReal], { to: { int: onnxDtypes.int64 } });
  const counted = graph.node(scope, 'CumSum', [real, graph.integers(1)]);
  return graph.node(scope, 'Add', [graph.node(scope, 'Mul', [counted, real]), pad]);
}

/** [B, T, E] -> [B, T, 3 E]: the next word, the word, the one before; zeros beyond the row. */
function withNeighbours(graph: OnnxGraphBuilder, scope: string, words: string): string {
  const framed = graph.node(scope, 'Pad', [words, graph.integers([0, 1, 0, 0, 1, 0]), graph.scalar(0)]); // [B, T + 2, E]
  const cut = (from: number, to: number) => graph.node(scope, 'Slice', [framed, graph.integers([from]), graph.integers([to]), graph.integers([1])]);
  return graph.node(scope, 'Concat', [cut(2, 2 ** 31 - 1), words, cut(0, -2)], { axis: { int: 2 } });
}
