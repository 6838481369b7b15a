/**
 * Weights of a folder matched with those that a configuration calls for, strictly and in both directions: what is missing, misshapen or
 * unexpected is told in one error.
 */
import { Parameters, type ParameterSpec } from '../nn/parameters.ts';
import { float32Of } from '../storage/halves.ts';
import { printable } from '../storage/quoted.ts';
import { shapeText } from '../storage/safetensors-header.ts';
import type { StoredTensor } from '../storage/safetensors.ts';

export interface NameRules {
  /** What names may be stored without; empty where there is none. */
  readonly prefix: string;
  /** Beginnings of names that then lack it. */
  readonly bare: RegExp;
  /** Buffers, and stored copies of weights that are tied to others: nothing is lost by leaving them. */
  readonly isCopy: (name: string) => boolean;
}

/**
 * Stored tensors under the names of the model that they are.
 * @throws if two stored names stand for one parameter.
 */
export function canonical<T>(stored: ReadonlyMap<string, T>, place: string, { prefix, bare, isCopy }: NameRules): Map<string, T> {
  const isBare = prefix !== '' && ![...stored.keys()].some((name) => name.startsWith(`${prefix}.`));
  const named = new Map<string, T>();
  for (const [name, value] of stored) {
    const modern = modernName(name);
    const full = isBare && bare.test(modern) ? `${prefix}.${modern}` : modern;
    if (isCopy(full)) continue;
    if (named.has(full)) throw new Error(`${place}: two stored tensors stand for ${printable(full)}`);
    named.set(full, value);
  }
  return named;
}

/** Checkpoints of 2018-2019 call a norm's weight and bias gamma and beta. */
function modernName(name: string): string {
  return name.replace(/LayerNorm\.gamma$/, 'LayerNorm.weight').replace(/LayerNorm\.beta$/, 'LayerNorm.bias');
}

/** Names that do not fit, at most so many of them. */
const maxListed = 60;

export interface Fit {
  readonly folder: string;
  /** The model, for the error: '(bert, 12 layers, task masked-lm)'. */
  readonly what: string;
  /** Parameters that are not taken from the folder, and their values. */
  readonly fresh?: { readonly names: ReadonlySet<string>; readonly values: (spec: ParameterSpec) => Float32Array };
  /** Whether a stored tensor that the model has no use for may be left aside. */
  readonly isAside?: (name: string) => boolean;
}

export interface Fitting {
  readonly parameters: Parameters;
  /** Names of what is left aside. */
  readonly left: readonly string[];
}

/** The parameters of a folder, one read after the other, so that a large model is not in memory twice. @throws one error that lists the missing, unexpected and misshapen names. */
export async function loadFitting(specs: readonly ParameterSpec[], tensors: ReadonlyMap<string, StoredTensor>, fit: Fit): Promise<Fitting> {
  const left = checkNames(specs, tensors, fit);
  const parameters = await Parameters.load(specs, async (spec) => {
    if (fit.fresh?.names.has(spec.name) === true) return fit.fresh.values(spec);
    const tensor = tensors.get(spec.name)!;
    return float32Of({ ...tensor, bytes: await tensor.read() });
  });
  return { parameters, left };
}

function checkNames(specs: readonly ParameterSpec[], tensors: ReadonlyMap<string, StoredTensor>, { folder, what, fresh, isAside = () => false }: Fit): string[] {
  const called = new Set(specs.map(({ name }) => name));
  const problems: string[] = [];
  const left: string[] = [];
  for (const { name, shape } of specs) {
    const tensor = tensors.get(name);
    if (fresh?.names.has(name) === true) continue;
    if (tensor === undefined) problems.push(`missing: ${name} [${shape.join(', ')}]`);
    else if (tensor.shape.join() !== shape.join()) problems.push(`misshapen: ${name} is ${shapeText(tensor.shape)}, the config calls for [${shape.join(', ')}]`);
  }
  for (const name of tensors.keys()) {
    if (called.has(name)) continue;
    if (isAside(name)) left.push(name);
    else problems.push(`unexpected: ${printable(name)}`);
  }
  if (problems.length > 0) {
    throw new Error(`${folder}: the weights do not fit config.json (${what})\n  ${problems.slice(0, maxListed).join('\n  ')}${problems.length > maxListed ? `\n  and ${problems.length - maxListed} more` : ''}`);
  }
  return left;
}
