/**
 * `retort run <recipe>`: runs a recipe file, doing what is missing and reusing what is there.
 */
import { join } from 'node:path';
import type { Command } from 'commander';
import { readEvaluation } from '../evaluation-file.ts';
import { addDeviceOptions, addReplayOption, type EngineOption, engineOption } from '../engine-option.ts';
import { loadRecipe } from '../load-recipe.ts';
import { withRun } from '../run.ts';
import { overrideSettings } from '../settings.ts';
import type { Door } from '../door.ts';

type Options = Partial<EngineOption> & { set?: readonly string[]; out?: string };

export function addRun(program: Command, door: Door): void {
  const command = program
    .command('run')
    .description('run a recipe: a typed program that trains, distils and reports')
    .argument('<recipe>', 'a recipe file')
    .option('--set <path=value>', 'change a setting, as --set student.steps=300; may be given again and again', (value, before: readonly string[] = []) => [...before, value])
    .option('--out <folder>', 'the run\'s folder (default: runs/<recipe name>)')
    .addOption(engineOption().env('RETORT_ENGINE'));
  addReplayOption(addDeviceOptions(command))
    .addHelpText('after', '\n--engine, --device, --precision, --threads and --replay are settings of the recipe too.\n\nExample:\n  $ retort run recipes/quickstart.ts --set seeds=[1] --set teacher.steps=30 --set student.steps=30 --set promise=null --out runs/first-look\n')
    .action(async (file: string, { set = [], out, ...engine }: Options) => {
      const recipe = await loadRecipe(file);
      const settings = overrideSettings(recipe.settings, [...Object.entries(engine).map(([name, value]) => `${name}=${value}`), ...set]);
      const folder = out ?? join('runs', recipe.name);
      await withRun({ folder, command: door.command, settings, console: door.console(), signal: door.signal }, (run) => recipe.run(settings, run));
      const evaluation = await readEvaluation(folder);
      door.console().answer({ folder, ...(evaluation && { evaluation }) });
    });
}
