import test from 'ava';
import { engineWarnings, machineWarnings, type Surroundings, surroundings, threadLimit } from '../../src/cli/engine-warnings.ts';

const calm: Surroundings = { environment: {}, processors: 4, load: 0.3, swappedBytes: 0, libraries: ['/torch/lib/libgomp.so.1', '/torch/lib/libtorch_cpu.so'] };
const torch = { engine: 'torch', device: 'cpu', threads: 4 } as const;

test('nothing is said where nothing is slow', (t) => {
  t.deepEqual([...engineWarnings(torch, calm), ...machineWarnings(calm)], []);
  t.deepEqual(engineWarnings({ ...torch, threads: 2 }, calm), [], 'fewer threads are a choice');
  t.deepEqual(engineWarnings({ engine: 'wasm', device: 'cpu', threads: 1 }, { ...calm, environment: { OMP_NUM_THREADS: '1' } }), []);
});

test('each slow combination is one line with what to do', (t) => {
  const openblas = '/usr/lib/x86_64-linux-gnu/openblas-pthread/libopenblasp-r0.3.21.so';
  for (const [facts, changes, said] of [
    [{ ...torch, threads: 9 }, {}, /^9 threads on 4 processors wait for one another: --threads 4$/],
    [{ ...torch, threads: 1 }, { environment: { OMP_NUM_THREADS: '1' } }, /^OMP_NUM_THREADS=1 leaves 3 of 4 processors idle: unset it, or --threads 4$/],
    [torch, { libraries: [...calm.libraries, '/opt/lib/libiomp5.so'] }, /^several OpenMP libraries .*\/torch\/lib\/libgomp\.so\.1, \/opt\/lib\/libiomp5\.so/],
    [torch, { libraries: [...calm.libraries, openblas] }, /^OpenBLAS .*OMP_WAIT_POLICY=PASSIVE, or apt-get install libopenblas0-openmp$/],
  ] as const) {
    const [warning, ...more] = engineWarnings(facts, { ...calm, ...changes });
    t.regex(warning ?? '', said);
    t.deepEqual(more, []);
  }
  t.deepEqual(engineWarnings(torch, { ...calm, libraries: [...calm.libraries, openblas], environment: { OMP_WAIT_POLICY: 'passive' } }), []);
  t.regex(machineWarnings({ ...calm, swappedBytes: 3e9 })[0] ?? '', /^3\.0 GB of memory are swapped out/);
  t.regex(machineWarnings({ ...calm, load: 3 })[0] ?? '', /^the machine is busy with other work \(load 3\.0 on 4 processors\)/);
});

test('a limit is a whole number from 1', (t) => {
  t.deepEqual(['2', '1,4', '0', '', 'many', undefined].map((OMP_NUM_THREADS) => threadLimit({ OMP_NUM_THREADS })), [2, 1, undefined, undefined, undefined, undefined]);
});

test('this process is looked at', (t) => {
  const here = surroundings({ A: 'b' });
  t.deepEqual(here.environment, { A: 'b' });
  t.true(here.processors >= 1 && here.load >= 0 && here.swappedBytes >= 0);
  if (process.platform === 'linux') t.true(here.libraries.some((file) => /node|libc/.test(file)), 'no library is seen');
});
