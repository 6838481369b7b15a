/**
 * The best weights a run has had by its score: on disk beside the checkpoints where the run has a folder, in memory otherwise.
 */
import { join } from 'node:path';
import type { Parameters } from '../nn/parameters.ts';
import { float32Of, float32Tensor } from '../storage/halves.ts';
import { readSafetensors, writeSafetensors } from '../storage/safetensors.ts';

export class BestWeights {
  readonly #file: string | undefined;
  #held: ReadonlyMap<string, Float32Array> | undefined;

  constructor(root: string | undefined) {
    this.#file = root === undefined ? undefined : join(root, 'best.safetensors');
  }

  async keep(parameters: Parameters): Promise<void> {
    const values = await parameters.read();
    if (this.#file === undefined) this.#held = new Map([...values].map(([name, { data }]) => [name, data]));
    else await writeSafetensors(this.#file, new Map([...values].map(([name, { shape, data }]) => [name, float32Tensor(shape, data)])));
  }

  /** Puts the best weights back. In memory, does nothing where none were kept. @throws if their file is gone. */
  async restore(parameters: Parameters): Promise<void> {
    if (this.#file === undefined) {
      if (this.#held !== undefined) parameters.assign(this.#held);
      return;
    }
    const { tensors } = await readSafetensors(this.#file);
    parameters.assign(new Map([...tensors].map(([name, tensor]) => [name, float32Of(tensor)])));
  }
}
