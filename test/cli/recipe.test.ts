import test from 'ava';
import { z } from 'zod';
import { defineRecipe, once } from '../../src/cli/recipe.ts';

test('defineRecipe gives back what it got', (t) => {
  const recipe = { name: 'a-recipe', summary: 'one', settings: z.strictObject({ seed: z.int().default(1) }), run: () => Promise.resolve() };
  t.is(defineRecipe(recipe), recipe);
});

test('what is made once is made when it is first asked for, and its failure stays', async (t) => {
  let made = 0;
  const make = once(() => Promise.resolve(++made));
  t.is(made, 0);
  t.deepEqual([await make(), await make(), made], [1, 1, 1]);
  const failing = once(() => Promise.reject(new Error(`failure ${++made}`)));
  await t.throwsAsync(failing, { message: 'failure 2' });
  await t.throwsAsync(failing, { message: 'failure 2' });
});
