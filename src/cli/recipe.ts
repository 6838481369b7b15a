/**
 * A recipe: a short typed program with named settings. `defineRecipe` only helps the editor. A recipe is code: running a stranger's
 * recipe runs the stranger's code.
 */
import type { z } from 'zod';
import type { Run } from './run.ts';

export interface Recipe<S extends z.ZodObject = z.ZodObject> {
  /** Kebab-case; names the run's folder. */
  readonly name: string;
  /** One line. */
  readonly summary: string;
  readonly settings: S;
  run(settings: z.output<S>, run: Run): Promise<void>;
}

export function defineRecipe<S extends z.ZodObject>(recipe: Recipe<S>): Recipe<S> {
  return recipe;
}

/** Made when it is first asked for, and never twice: what a run whose records are complete does not need. */
export function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
