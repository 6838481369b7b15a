/**
 * A teacher: something frozen that says what it thinks of a batch. Live ones run a model without dropout and without gradients;
 * recorded ones read the label store (`recorded.ts`).
 */
import type { Batch } from '../engine/batch.ts';
import * as tf from '../engine/tf.ts';
import type { Dimensions } from '../models/dimensions.ts';
import type { ModelFacts } from '../models/facts.ts';
import type { Model } from '../models/model.ts';
import type { SignalOf, Wants } from '../models/output.ts';
import { checkLayers } from '../models/states.ts';

export interface Teacher {
  /** For messages: 'live 3x128 bert', 'recorded …'. */
  readonly name: string;
  /** Of the model that speaks, where it is one; objectives that compare states ask for them. */
  readonly dimensions?: Dimensions;
  /** What it can say; asked for more, it throws before the first step. */
  readonly can: (wants: Wants) => string | undefined;
  /** The caller owns the tensors of the signal and frees them with `disposeSignal`. */
  says<W extends Wants>(batch: Batch, wants: W): Promise<SignalOf<W>>;
}

/** A model as teacher, in inference mode. */
export function liveTeacher(model: Model<ModelFacts>, { name = `live ${model.config.layers}x${model.config.width} ${model.config.family}` }: { name?: string } = {}): Teacher {
  return {
    name,
    dimensions: model.config,
    can: (wants) => {
      try {
        checkLayers(model.config, wants);
        return undefined;
      } catch (error) {
        return error instanceof Error ? error.message : String(error);
      }
    },
    // Asynchronous so that what the model refuses rejects, as every teacher's failure does.
    says: async <W extends Wants>(batch: Batch, wants: W) => {
      const said: SignalOf<W>[] = [];
      tf.tidy(() => void said.push(keepAll(model.forward(batch, wants))));
      return said[0] === undefined ? Promise.reject(new Error(`${name} said nothing`)) : Promise.resolve(said[0]);
    },
  };
}

/** Frees every tensor of a signal but a model's own parameters. */
export function disposeSignal(signal: object): void {
  tf.dispose(tensorsOf(signal).filter((tensor) => !(tensor instanceof tf.Variable)));
}

/** Keeps a signal's tensors past the scope they were made in: maps are containers that `tidy` does not look into. */
function keepAll<S extends object>(signal: S): S {
  for (const tensor of tensorsOf(signal)) tf.keep(tensor);
  return signal;
}

function tensorsOf(value: unknown): tf.Tensor[] {
  if (value instanceof tf.Tensor) return [value as tf.Tensor];
  if (value instanceof Map) return [...(value as ReadonlyMap<unknown, unknown>).values()].flatMap(tensorsOf);
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(tensorsOf) : [];
}
