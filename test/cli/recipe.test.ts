import test from 'ava';
import { z } from 'zod';
import { defineRecipe } from '../../src/cli/recipe.ts';

test('defineRecipe gives back what it got', (t) => {
  const recipe = { name: 'a-recipe', summary: 'one', settings: z.strictObject({ seed: z.int().default(1) }), run: () => Promise.resolve() };
  t.is(defineRecipe(recipe), recipe);
});
