/**
 * `retort build-native`: compiles the torch engine against the LibTorch of this machine. Nothing is downloaded.
 */
import { relative } from 'node:path';
import type { Command } from 'commander';
import { askEngines, engineLines } from '../engine-report.ts';
import type { Door } from '../door.ts';
import { buildAddon } from '../native/build-addon.ts';
import { findLibtorch, newerNotice } from '../native/find-libtorch.ts';
import { addonFile, packageFolder } from '../native/package-folder.ts';
import { findTools } from '../native/tools.ts';
import { formatDuration } from '../../report/units.ts';
import { wholeNumber } from '../option-values.ts';

export function addBuildNative(program: Command, door: Door): void {
  program
    .command('build-native')
    .description('compile the torch engine (LibTorch: PyTorch\'s speed on CPU and CUDA) with cmake and a C++ compiler')
    .option('--python <command>', 'take the torch of this Python (default: RETORT_LIBTORCH, else python3 on the path, else the system\'s)')
    .option('--jobs <n>', 'files compiled at a time (default: as processors and memory allow)', wholeNumber)
    .addHelpText('after', '\nTakes about a minute on two processors; does nothing when nothing has changed.\n\nExample:\n  $ retort build-native\n')
    .action(async ({ python, jobs }: { python?: string; jobs?: number }) => {
      const console = door.console();
      if (process.platform !== 'linux') throw new Error(`the torch engine is built on Linux only so far, not on ${process.platform}: the wasm engine runs everywhere`);
      const started = performance.now();
      const environment = process.env;
      const libtorch = await findLibtorch({ environment, python });
      const tools = await findTools(environment);
      console.note(`LibTorch ${libtorch.version}${libtorch.cuda ? ' with CUDA' : ''}: ${libtorch.by}, ${libtorch.libraryFolder}`);
      console.note(`${tools.cmake}, ${tools.compilerVersion}`);
      const newer = newerNotice(libtorch);
      if (newer !== undefined) console.note(newer);
      const root = packageFolder();
      let reach: ((done: number) => void) | undefined;
      const { record, upToDate } = await buildAddon({
        root, libtorch, tools, environment, jobs,
        onProgress: (compiled, files) => (reach ??= console.count('compiling', 'files', files))(compiled),
      });
      const addon = relative(process.cwd(), addonFile(root));
      console.say(upToDate ? `${addon} is up to date` : `${addon} built in ${formatDuration(performance.now() - started)}`);
      const engines = await askEngines(['torch']);
      console.say(['', ...engineLines(engines)].join('\n'));
      console.answer({ addon: addonFile(root), upToDate, ...record, engines });
    });
}
