/**
 * Where the tokens of an ONNX graph stand, and what hangs on it: positions that are added to words, learned or computed, distances between
 * tokens, and which of them are still to come. Those of a decoder follow the ones it has in its caches.
 */
import { bucketOf } from '../../nn/relative-positions.ts';
import { Sinusoids } from '../../nn/sinusoids.ts';
import { lowestFloat, type OnnxGraphBuilder, scopeOf } from '../onnx-graph.ts';
import { type Seq2SeqConfig, type Side, sideOf } from './config.ts';
import { seq2seqFamilies } from './families.ts';

/** Where the tokens of input_ids stand: how many come before them and how many there are with them, int64 [1]. */
export interface Places {
  readonly from: string;
  readonly to: string;
}

export function placesFrom(graph: OnnxGraphBuilder, from: string): Places {
  const length = graph.node('/positions', 'Shape', ['input_ids'], { start: { int: 1 }, end: { int: 2 } });
  return { from, to: graph.node('/positions', 'Add', [from, length]) };
}

/** Words found, scaled, placed and normed as embeddings.ts does. */
export function embedded(graph: OnnxGraphBuilder, config: Seq2SeqConfig, side: Side, found: string, places: Places): string {
  const { names, sinusoids } = seq2seqFamilies[config.family];
  const { width, positions = 0, normEpsilon: epsilon } = config;
  const scope = `/${side}/embeddings`;
  const words = config.scalesEmbeddings ? graph.node(scope, 'Mul', [found, graph.scalar(Math.sqrt(width))]) : found;
  const offset = sinusoids ? 0 : names.positions?.offset;
  if (offset === undefined) return words;
  const table = sinusoids
    ? graph.derived(`${side}.positions`, [], () => ({ shape: [positions, width], data: new Sinusoids(width).rows(0, positions).slice() }))
    : graph.weight(`${names.positions?.module(side)}.weight`, [positions + offset, width]);
  // Whoever runs the graph may go on beyond the last position, as a pipeline does with a text that finds no end: it then stays there.
  const place = graph.node(scope, 'Min', [rangeOf(graph, places), graph.integers(positions - 1)]);
  const row = offset === 0 ? place : graph.node(scope, 'Add', [place, graph.integers(offset)]);
  const sum = graph.node(scope, 'Add', [words, graph.node(scope, 'Gather', [table, row])]); // [B, T, H] + [T, H]
  return names.embeddingNorm === undefined ? sum : graph.layerNorm(names.embeddingNorm(side), sum, { width, epsilon });
}

/** The places one by one, int64 [T]; or all from 0, [P + T]. */
export function rangeOf(graph: OnnxGraphBuilder, { from, to }: Places, { all = false } = {}): string {
  const number = (place: string) => graph.node('/positions', 'Squeeze', [place, graph.integers([0])]);
  return graph.node('/positions', 'Range', [all ? graph.integers(0) : number(from), number(to), graph.integers(1)]);
}

/** Places of queries [T, 1] and of keys [P + T], int64. */
function queriesAndKeys(graph: OnnxGraphBuilder, places: Places): { readonly queries: string; readonly keys: string } {
  return { queries: graph.node('/positions', 'Unsqueeze', [rangeOf(graph, places), graph.integers([1])]), keys: rangeOf(graph, places, { all: true }) };
}

/** The lowest float above the diagonal [T, P + T]. */
export function causalBias(graph: OnnxGraphBuilder, places: Places): string {
  const { queries, keys } = queriesAndKeys(graph, places);
  return graph.node('/causal', 'Where', [graph.node('/causal', 'Less', [queries, keys]), graph.scalar(lowestFloat), graph.scalar(0)]);
}

/** What T5's heads make of distances, [A, T, P + T], as a list that is empty for other families. A table with a row for each distance stands for its buckets. */
export function relativeBias(graph: OnnxGraphBuilder, config: Seq2SeqConfig, side: Side, places: Places): string[] {
  const { family, relative } = config;
  const module = seq2seqFamilies[family].names.relative?.(side);
  if (relative === undefined || module === undefined) return [];
  const { heads } = sideOf(config, side);
  const far = relative.maxDistance; // all that lie further share a bucket
  const table = graph.derived(`${module}.distances`, [[`${module}.weight`, [relative.buckets, heads]]], ([buckets = new Float32Array()]) => {
    const data = new Float32Array((2 * far + 1) * heads);
    for (let offset = -far; offset <= far; offset++) {
      const bucket = bucketOf(offset, { ...relative, bothWays: side === 'encoder' });
      data.set(buckets.subarray(bucket * heads, (bucket + 1) * heads), (offset + far) * heads);
    }
    return { shape: [2 * far + 1, heads], data };
  });
  const scope = scopeOf(module);
  const { queries, keys } = queriesAndKeys(graph, places);
  const offsets = graph.node(scope, 'Clip', [graph.node(scope, 'Sub', [keys, queries]), graph.integers(-far), graph.integers(far)]); // [T, P + T]
  const found = graph.node(scope, 'Gather', [table, graph.node(scope, 'Add', [offsets, graph.integers(far)])]); // [T, P + T, A]
  return [graph.node(scope, 'Transpose', [found], { perm: { ints: [2, 0, 1] } })];
}
