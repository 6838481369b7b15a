/**
 * The ONNX form of layers.ts: one layer of either side, [B, T, H] -> [B, T, H]. Keys and values are [B, A, T, D], as caches hold them. What a
 * layer looks at, its own text and the source, is handed to it as a look, so that a decoder's may come from caches.
 */
import { attentionWidth } from '../config.ts';
import { type OnnxGraphBuilder, scopeOf } from '../onnx-graph.ts';
import { type Seq2SeqConfig, type Side, sideOf } from './config.ts';
import type { AttentionNames } from './families/family.ts';
import { seq2seqFamilies } from './families.ts';
import { layerModule } from './layers.ts';

export interface OnnxKeyValue {
  readonly key: string;
  readonly value: string;
}

/** What queries meet: keys, values, and what is added to their scores, broadcast to [B, A, T, S]. */
export interface OnnxSeen extends OnnxKeyValue {
  readonly biases: readonly string[];
}

/** One side of a model, as a writer of its layers. */
export class OnnxLayers {
  readonly #graph: OnnxGraphBuilder;
  readonly #config: Seq2SeqConfig;
  readonly #side: Side;

  constructor(graph: OnnxGraphBuilder, config: Seq2SeqConfig, side: Side) {
    [this.#graph, this.#config, this.#side] = [graph, config, side];
  }

  /** Keys and values of states [B, S, H], for attention of a layer to its own text or across to the source. */
  keysAndValues(layer: number, which: 'self' | 'cross', states: string): OnnxKeyValue {
    const names = this.#namesOf(layer, which);
    return { key: this.#projected(names.key, states), value: this.#projected(names.value, states) };
  }

  /** @param self looks at the block's own input, @param cross at the source, where the side is a decoder. */
  layer(index: number, x: string, looks: { readonly self: (own: string) => OnnxSeen; readonly cross?: (() => OnnxSeen) | undefined }): string {
    const middle = this.#block(x, this.#namesOf(index, 'self'), looks.self);
    const stream = looks.cross === undefined ? middle : this.#block(middle, this.#namesOf(index, 'cross'), looks.cross);
    return this.#fed(index, stream);
  }

  #namesOf(index: number, which: 'self' | 'cross'): AttentionNames {
    const module = layerModule(this.#config, this.#side, index);
    const names = seq2seqFamilies[this.#config.family].names.layer(this.#side, this.#config)[which];
    return Object.fromEntries(Object.entries(names).map(([part, name]) => [part, `${module}.${String(name)}`])) as unknown as AttentionNames;
  }

  #linear(module: string, x: string, inWidth: number, outWidth: number): string {
    return this.#graph.linear(module, x, { inWidth, outWidth, biased: seq2seqFamilies[this.#config.family].hasBiases });
  }

  /** [B, T, H] -> [B, A, T, D] */
  #projected(module: string, x: string): string {
    const inner = attentionWidth(this.#config);
    const { heads } = sideOf(this.#config, this.#side);
    const split = this.#graph.node(scopeOf(module), 'Reshape', [this.#linear(module, x, this.#config.width, inner), this.#graph.integers([0, 0, heads, inner / heads])]);
    return this.#graph.node(scopeOf(module), 'Transpose', [split], { perm: { ints: [0, 2, 1, 3] } });
  }

  /** Attention on the stream, with its residual sum and norm. */
  #block(stream: string, names: AttentionNames, look: (own: string) => OnnxSeen): string {
    const graph = this.#graph;
    const inner = attentionWidth(this.#config);
    const { heads } = sideOf(this.#config, this.#side);
    const scope = scopeOf(names.output);
    const own = this.#before(names.norm, stream);
    const query = this.#projected(names.query, own);
    const { key, value, biases } = look(own);
    const products = graph.node(scope, 'MatMul', [query, graph.node(scope, 'Transpose', [key], { perm: { ints: [0, 1, 3, 2] } })]);
    const scaled = seq2seqFamilies[this.#config.family].scalesScores ? graph.node(scope, 'Div', [products, graph.scalar(Math.sqrt(inner / heads))]) : products;
    const scores = biases.reduce((sum, bias) => graph.node(scope, 'Add', [sum, bias]), scaled);
    const context = graph.node(scope, 'MatMul', [graph.node(scope, 'Softmax', [scores], { axis: { int: -1 } }), value]); // [B, A, T, D]
    const joined = graph.node(scope, 'Reshape', [graph.node(scope, 'Transpose', [context], { perm: { ints: [0, 2, 1, 3] } }), graph.integers([0, 0, inner])]);
    return this.#after(names.norm, this.#linear(names.output, joined, inner, this.#config.width), stream);
  }

  #fed(index: number, stream: string): string {
    const graph = this.#graph;
    const { width, activation } = this.#config;
    const { feedForwardWidth } = sideOf(this.#config, this.#side);
    const { expansion, gate, contraction, norm } = seq2seqFamilies[this.#config.family].names.layer(this.#side, this.#config).feedForward;
    const at = (name: string) => `${layerModule(this.#config, this.#side, index)}.${name}`;
    const own = this.#before(at(norm), stream);
    const active = graph.activation(scopeOf(at(expansion)), activation, this.#linear(at(expansion), own, width, feedForwardWidth));
    const gated = gate === undefined ? active : graph.node(scopeOf(at(gate)), 'Mul', [active, this.#linear(at(gate), own, width, feedForwardWidth)]);
    return this.#after(at(norm), this.#linear(at(contraction), gated, feedForwardWidth, width), stream);
  }

  /** As nn/residual.ts has it: the norm of a block comes before it, or after its sum with the stream. */
  #before(norm: string, x: string): string {
    const { width, normEpsilon: epsilon, family } = this.#config;
    return seq2seqFamilies[family].norm === 'before' ? this.#graph.rmsNorm(norm, x, { width, epsilon }) : x;
  }

  #after(norm: string, y: string, stream: string): string {
    const { width, normEpsilon: epsilon, family } = this.#config;
    const sum = this.#graph.node(scopeOf(norm), 'Add', [y, stream]);
    return seq2seqFamilies[family].norm === 'before' ? sum : this.#graph.layerNorm(norm, sum, { width, epsilon });
  }
}
