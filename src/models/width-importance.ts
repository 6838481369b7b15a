/**
 * How much heads, neurons and units of the stream matter: by gradients, how far the loss would move if one were scaled, |∂L/∂ξ| (Michel et
 * al. 2019, "Are sixteen heads really better than one?", equation 2, which Hou et al. 2020, DynaBERT, use for neurons too), summed over
 * batches; or by magnitudes, how large what it gives away is. Scaling what a head or neuron gives is scaling the columns that read it, so
 * Σ w · ∂L/∂w over these is ∂L/∂ξ. It computes no gradient.
 */
import type { EncoderConfig } from './config.ts';
import { families, layerModule, storedLayers } from './families.ts';
import { widthAxes } from './width-axes.ts';

export interface Importance {
  /** [H] */
  readonly width: Float64Array;
  /** Of each layer with weights of its own, [A]. */
  readonly heads: readonly Float64Array[];
  /** Of each such layer, [F]. */
  readonly neurons: readonly Float64Array[];
}

/** Values on the host, under the parameters' names. */
export type HostValues = ReadonlyMap<string, { readonly data: Float32Array }>;

/** @param batches the gradients of each batch, one after the other. */
export async function importanceByGradients(config: EncoderConfig, weights: HostValues, batches: AsyncIterable<HostValues> | Iterable<HostValues>): Promise<Importance> {
  const total = nothing(config);
  let count = 0;
  for await (const gradients of batches) {
    count += 1;
    add(config, total, { read: (name, index) => at(weights, name, index) * at(gradients, name, index), grouped: Math.abs });
  }
  if (count === 0) throw new Error('importance by gradients needs at least one batch');
  if (!total.heads.some((scores) => scores.some((score) => score > 0))) throw new Error('no gradient reaches any head, so none matters more than another: are the examples labelled? Take the importance by magnitudes');
  return total;
}

export function importanceByMagnitudes(config: EncoderConfig, weights: HostValues): Importance {
  const total = nothing(config);
  add(config, total, { read: (name, index) => at(weights, name, index) ** 2, grouped: (sum) => sum });
  // A neuron gives as much as it is given, too.
  const { expansion } = families[config.family].names;
  total.neurons.forEach((scores, layer) => {
    const module = `${layerModule(config, layer)}.${expansion}`;
    scores.forEach((score, neuron) => {
      let given = at(weights, `${module}.bias`, neuron) ** 2;
      for (let unit = 0; unit < config.width; unit++) given += at(weights, `${module}.weight`, neuron * config.width + unit) ** 2;
      scores[neuron] = score * given;
    });
  });
  return total;
}

interface Reading {
  readonly read: (name: string, index: number) => number;
  /** Of the sum over all that reads one head or neuron. */
  readonly grouped: (sum: number) => number;
}

function nothing(config: EncoderConfig): Importance {
  const layers = Array.from({ length: storedLayers(config) });
  return { width: new Float64Array(config.width), heads: layers.map(() => new Float64Array(config.heads)), neurons: layers.map(() => new Float64Array(config.feedForwardWidth)) };
}

function add(config: EncoderConfig, total: Importance, { read, grouped }: Reading): void {
  const { names } = families[config.family];
  const { width, heads, feedForwardWidth } = config;
  const perHead = width / heads;
  for (let layer = 0; layer < storedLayers(config); layer++) {
    const inside = (part: string) => `${layerModule(config, layer)}.${part}.weight`;
    columns(inside(names.attentionOutput), { rows: width, columns: width, per: perHead }, read, (head, sum) => increase(total.heads[layer], head, grouped(sum)));
    columns(inside(names.contraction), { rows: width, columns: feedForwardWidth, per: 1 }, read, (neuron, sum) => increase(total.neurons[layer], neuron, grouped(sum)));
  }
  // A unit of the stream is what the norms give: weight and bias scale it.
  for (const [name, axes] of widthAxes(config)) {
    if (axes.length !== 1 || axes[0]?.of !== 'width' || !/norm\.weight$/i.test(name)) continue;
    const bias = name.replace(/weight$/, 'bias');
    for (let unit = 0; unit < width; unit++) increase(total.width, unit, grouped(read(name, unit) + read(bias, unit)));
  }
}

/** Sums groups of `per` neighbouring columns of a matrix over all its rows. */
function columns(name: string, { rows, columns: wide, per }: { rows: number; columns: number; per: number }, read: Reading['read'], hear: (group: number, sum: number) => void): void {
  for (let group = 0; group < wide / per; group++) {
    let sum = 0;
    for (let row = 0; row < rows; row++) for (let column = group * per; column < (group + 1) * per; column++) sum += read(name, row * wide + column);
    hear(group, sum);
  }
}

function increase(scores: Float64Array | undefined, index: number, by: number): void {
  if (scores !== undefined) scores[index] = (scores[index] ?? 0) + by;
}

function at(values: HostValues, name: string, index: number): number {
  const number = values.get(name)?.data[index];
  if (number === undefined) throw new Error(`importance: there is no number ${index} of ${name}`);
  return number;
}
