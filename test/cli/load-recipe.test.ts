import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { loadRecipe } from '../../src/cli/load-recipe.ts';

let folder: string;
test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'retort-recipe-'));
});
test.after.always(() => rm(folder, { recursive: true, force: true }));

const put = async (name: string, text: string) => {
  await writeFile(join(folder, name), text);
  return join(folder, name);
};

test('a TypeScript recipe anywhere gets this very package and zod', async (t) => {
  const file = await put('any-where.ts', `
    import { defineRecipe, engineNames, objectiveCatalogue } from 'retort-distill';
    import { z } from 'zod';
    export default defineRecipe({
      name: 'any-where', summary: 'one', settings: z.strictObject({ engine: z.enum(engineNames as [string]).default('wasm') }),
      async run(settings: { engine: string }) { if (!('soft-label' in objectiveCatalogue)) throw new Error(settings.engine); },
    });`);
  const recipe = await loadRecipe(file);
  t.is(recipe.name, 'any-where');
  t.deepEqual(recipe.settings.parse({}), { engine: 'wasm' });
});

test('a file that is no recipe says so', async (t) => {
  await t.throwsAsync(loadRecipe(await put('no-default.ts', 'export const name = 1;')), { message: /no-default\.ts: not a recipe; its default export must come from defineRecipe/ });
  await t.throwsAsync(loadRecipe(await put('bad-name.ts', 'export default { name: "../up", summary: "", settings: {}, run: 1 };')), { message: /not a recipe[^]*name[^]*settings[^]*run/ });
  await t.throwsAsync(loadRecipe(join(folder, 'none.ts')), { message: /none\.ts: there is no such file; give a recipe/ });
});

test('an error inside a recipe names its file', async (t) => {
  const error = await t.throwsAsync(loadRecipe(await put('torn.ts', 'export default (')));
  t.regex(`${error?.message} ${error?.stack}`, /torn\.ts/);
});
