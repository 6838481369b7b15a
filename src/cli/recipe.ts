/**
 * A recipe: a short typed program with named settings. `defineRecipe` only helps the editor; `loadRecipe` reads a file a person
 * chose to run. A recipe is code: running a stranger's recipe runs the stranger's code.
 */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createJiti } from 'jiti';
import { z } from 'zod';
import * as surface from '../index.ts';
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

const shape = z.object({
  name: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/),
  summary: z.string(),
  settings: z.custom<z.ZodObject>((value) => typeof value === 'object' && value !== null && 'safeParse' in value),
  run: z.custom<Recipe['run']>((value) => typeof value === 'function'),
});

/**
 * Loads a recipe file, TypeScript or JavaScript. It gets this very instance of the package under its own name, wherever the file
 * lies, so that engine and catalogue exist once.
 */
export async function loadRecipe(file: string): Promise<Recipe> {
  const path = resolve(file);
  const jiti = createJiti(import.meta.url, { fsCache: false, moduleCache: false, virtualModules: { 'retort-distill': surface, zod: { z } } });
  const loaded: unknown = await jiti.import(pathToFileURL(path).href, { default: true });
  const checked = shape.safeParse(loaded);
  if (!checked.success) throw new Error(`${file}: not a recipe; its default export must come from defineRecipe({ name, summary, settings, run })\n${z.prettifyError(checked.error)}`);
  return loaded as Recipe;
}
