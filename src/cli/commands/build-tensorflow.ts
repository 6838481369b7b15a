/**
 * `retort build-tensorflow`: gets TensorFlow.js's binding for Node from npm and compiles it against the TensorFlow of this machine's Python.
 */
import { relative } from 'node:path';
import type { Command } from 'commander';
import { formatDuration } from '../../report/units.ts';
import type { Door } from '../door.ts';
import { askEngines, engineLines } from '../engine-report.ts';
import { packageFolder } from '../native/package-folder.ts';
import { findCompiler } from '../native/tools.ts';
import { bindingFile, buildBinding } from '../tensorflow/build-binding.ts';
import { bindingPackages } from '../tensorflow/fetch-packages.ts';
import { findTensorflow, otherVersionNotice } from '../tensorflow/find-tensorflow.ts';

export function addBuildTensorflow(program: Command, door: Door): void {
  program
    .command('build-tensorflow')
    .description('compile the tensorflow engine (TensorFlow.js\'s own binding for Node, on the TensorFlow of a Python wheel) with a C++ compiler')
    .option('--gpu', 'take @tensorflow/tfjs-node-gpu, and a TensorFlow for CUDA')
    .option('--python <command>', 'take the tensorflow of this Python (default: RETORT_TENSORFLOW, else python3 on the path)')
    .addHelpText('after', '\nDownloads 0.3 MB from npm\'s registry and compiles for less than half a minute; does nothing when nothing has changed.\nIt wants pip install tensorflow-cpu==2.21.0 (274 MB), or with --gpu pip install \'tensorflow[and-cuda]==2.21.0\'.\n\nExample:\n  $ retort build-tensorflow\n')
    .action(async ({ gpu = false, python }: { gpu?: boolean; python?: string }) => {
      const console = door.console();
      if (process.platform !== 'linux') throw new Error(`the tensorflow engine is built on Linux only so far, not on ${process.platform}: the wasm engine runs everywhere`);
      const started = performance.now();
      const environment = process.env;
      const tensorflow = await findTensorflow({ environment, python, gpu });
      const compiler = await findCompiler(environment);
      console.note(`TensorFlow ${tensorflow.version}${tensorflow.cuda ? ' for CUDA' : ''}: ${tensorflow.by}, ${tensorflow.folder}`);
      console.note(compiler.version);
      const other = otherVersionNotice(tensorflow);
      if (other !== undefined) console.note(other);
      const root = packageFolder();
      const { record, upToDate } = await buildBinding({ root, tensorflow, wanted: bindingPackages[gpu ? 'gpu' : 'cpu'], compiler, environment, note: (sentence) => console.note(sentence) });
      const binding = relative(process.cwd(), bindingFile(root));
      console.say(upToDate ? `${binding} is up to date` : `${binding} built in ${formatDuration(performance.now() - started)}`);
      const engines = await askEngines(['tensorflow']);
      console.say(['', ...engineLines(engines)].join('\n'));
      console.answer({ binding: bindingFile(root), upToDate, ...record, engines });
    });
}
