/**
 * Loading a recipe file that a person chose to run, TypeScript or JavaScript. The recipe gets this very instance of the package under
 * its own name, wherever the file lies, so that engine and catalogue exist once.
 */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createJiti } from 'jiti';
import { z } from 'zod';
import { requireFile } from './text-files.ts';
import type { Recipe } from './recipe.ts';

const shape = z.object({
  name: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/),
  summary: z.string(),
  settings: z.custom<z.ZodObject>((value) => typeof value === 'object' && value !== null && 'safeParse' in value),
  run: z.custom<Recipe['run']>((value) => typeof value === 'function'),
});

/** @throws if the file is not there or its default export is no recipe. */
export async function loadRecipe(file: string): Promise<Recipe> {
  await requireFile(file, 'give a recipe, such as recipes/quickstart.ts');
  const path = resolve(file);
  const surface: unknown = await import('retort-distill');
  const jiti = createJiti(import.meta.url, { fsCache: false, moduleCache: false, virtualModules: { 'retort-distill': surface, zod: { z } } });
  const loaded: unknown = await jiti.import(pathToFileURL(path).href, { default: true });
  const checked = shape.safeParse(loaded);
  if (!checked.success) throw new Error(`${file}: not a recipe; its default export must come from defineRecipe({ name, summary, settings, run })\n${z.prettifyError(checked.error)}`);
  return loaded as Recipe;
}
