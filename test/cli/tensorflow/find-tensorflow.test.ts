import { dirname, join } from 'node:path';
import test from 'ava';
import { findTensorflow, otherVersionNotice } from '../../../src/cli/tensorflow/find-tensorflow.ts';
import { temporaryFolder } from '../../storage/temporary-folder.ts';
import { layCommands } from '../native/installations.ts';
import { layTensorflow } from './installations.ts';

test('RETORT_TENSORFLOW comes first, then Python; a folder of pip\'s --target will do', async (t) => {
  const root = await temporaryFolder(t);
  const [named, inPython] = [await layTensorflow(join(root, 'named')), await layTensorflow(join(root, 'python'), { version: '2.20.0', cuda: true })];
  const PATH = await layCommands(join(root, 'bin'), { python3: `echo ${inPython}` });
  const found = await findTensorflow({ environment: { RETORT_TENSORFLOW: named, PATH }, gpu: false });
  t.deepEqual(found, { folder: named, version: '2.21.0', cuda: false, by: 'RETORT_TENSORFLOW' });
  t.is((await findTensorflow({ environment: { RETORT_TENSORFLOW: dirname(named) }, gpu: false })).folder, named);
  for (const gpu of [true, false]) t.deepEqual(await findTensorflow({ environment: { PATH }, gpu }), { folder: inPython, version: '2.20.0', cuda: true, by: 'the tensorflow of python3' });
  t.is((await findTensorflow({ environment: { PATH: '' }, python: join(PATH, 'python3'), gpu: false })).folder, inPython);
  t.is(otherVersionNotice(found), undefined);
  t.is(otherVersionNotice({ ...found, version: '2.22.0' }), 'TensorFlow 2.22.0 is not the one tested here (2.21.0)');
});

test('each thing that is missing is one sentence with the one command that gets it, and its size', async (t) => {
  const root = await temporaryFolder(t);
  const whole = await layTensorflow(join(root, 'whole'));
  const library = await layTensorflow(join(root, 'library'), { libraries: ['libtensorflow_cc.so.2'] });
  const headers = await layTensorflow(join(root, 'headers'), { headers: false });
  const bare = await layCommands(join(root, 'bin'), { python3: 'echo' });
  for (const [environment, options, message] of [
    [{ PATH: '' }, {}, 'no TensorFlow was found: pip install tensorflow-cpu==2.21.0 (274 MB), or let RETORT_TENSORFLOW name the folder of Python\'s package tensorflow'],
    [{ PATH: bare }, { gpu: true }, /^no TensorFlow was found: pip install 'tensorflow\[and-cuda\]==2\.21\.0' \(572 MB, and NVIDIA's libraries of some gigabytes\), or let/],
    [{ PATH: '' }, { python: join(bare, 'python3') }, /python3 has no tensorflow: \S+python3 -m pip install tensorflow-cpu==2\.21\.0/],
    [{ PATH: '' }, { python: join(root, 'python9') }, /python9 does not run: /],
    [{ RETORT_TENSORFLOW: whole }, { gpu: true }, /^RETORT_TENSORFLOW \(\S+whole\/tensorflow\) is TensorFlow for the CPU: pip install 'tensorflow\[and-cuda\]==2\.21\.0' .*, or unset it$/],
    [{ RETORT_TENSORFLOW: library }, {}, /^RETORT_TENSORFLOW \(\S+\) has no libtensorflow_framework\.so\.2: pip install tensorflow-cpu/],
    [{ RETORT_TENSORFLOW: headers }, {}, /^RETORT_TENSORFLOW \(\S+\) has no headers \(include\/tensorflow\/c\/eager\/c_api\.h\): pip install tensorflow-cpu/],
    [{ RETORT_TENSORFLOW: join(root, 'nowhere') }, {}, /^RETORT_TENSORFLOW \(\S+nowhere\) has no libtensorflow_cc\.so\.2: pip install tensorflow-cpu/],
  ] as const) await t.throwsAsync(findTensorflow({ environment, gpu: false, ...options }), { message });
});
