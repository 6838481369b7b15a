// What is missing is told before anything is fetched or compiled.
import { join } from 'node:path';
import test from 'ava';
import { addBuildTensorflow } from '../../../src/cli/commands/build-tensorflow.ts';
import { temporaryFolder } from '../../storage/temporary-folder.ts';
import { ask } from '../in-process.ts';
import { layTensorflow } from '../tensorflow/installations.ts';

test.serial('no TensorFlow, the wrong one, no compiler: one sentence each', async (t) => {
  const folder = await temporaryFolder(t);
  const before = { RETORT_TENSORFLOW: process.env.RETORT_TENSORFLOW, CXX: process.env.CXX };
  try {
    process.env.RETORT_TENSORFLOW = join(folder, 'nowhere');
    await t.throwsAsync(ask(addBuildTensorflow, 'build-tensorflow'), { message: /^RETORT_TENSORFLOW .* has no libtensorflow_cc\.so\.2: pip install tensorflow-cpu==2\.21\.0 \(274 MB\)/ });
    process.env.RETORT_TENSORFLOW = await layTensorflow(folder);
    await t.throwsAsync(ask(addBuildTensorflow, 'build-tensorflow', '--gpu'), { message: /is TensorFlow for the CPU: pip install 'tensorflow\[and-cuda\]==2\.21\.0'/ });
    process.env.CXX = join(folder, 'no-compiler');
    await t.throwsAsync(ask(addBuildTensorflow, 'build-tensorflow'), { message: /^CXX names \S+no-compiler, which does not run: / });
  } finally {
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
  }
});
