// What the engine cannot do is a JavaScript error that names the operation and the shapes; the process goes on as before.
import test from 'ava';
import { torchTest } from '../engine/torch/built.ts';
import { builtPackage, runProgram, said } from '../engine/torch/package-copy.ts';

const start = 'const { tf } = retort; const facts = await retort.useEngine(\'torch\');';

const underLinux = process.platform === 'linux' ? torchTest : test.serial.skip;

torchTest('wrong shapes and types are told by operation and shapes, and leave nothing behind', async (t) => {
  const [faults, left, product] = await said(t, runProgram(builtPackage, `${start}
    const { linear, layerNorm, embedding } = retort;
    const [matrix, wide, whole, words] = [tf.ones([2, 3]), tf.ones([4, 5]), tf.ones([2, 3], 'int32'), tf.tensor1d([0, 9], 'int32')];
    const before = tf.memory().numTensors;
    say([
      await fault(() => linear(matrix, { weight: wide })),
      await fault(() => linear(whole, { weight: tf.tidy(() => tf.fill([4], 1)) })),
      await fault(() => layerNorm(matrix, { weight: tf.tidy(() => tf.fill([7], 1)), bias: tf.tidy(() => tf.fill([3], 1)), epsilon: 1e-5 })),
      await fault(() => embedding(matrix, words)),
      await fault(() => tf.gather(matrix, words)),
    ]);
    say(tf.memory().numTensors - before);
    say(Array.from(await tf.matMul(matrix, tf.slice(wide, [0, 0], [3, 5])).data()));`)) as [string[], number, number[]];
  for (const fault of faults) {
    t.is(typeof fault, 'string', 'it was not refused');
    t.regex(fault, /^\w+(:| \().*\[[\d, ]+\].*/);
    t.notRegex(fault, /\n|Exception raised from|INTERNAL ASSERT/);
  }
  t.regex(faults[0]!, /^linear: input \[2, 3\] .* weight \[4, 5\]/);
  t.regex(faults[3]!, /id 9 is outside a table of 2 rows/);
  t.is(left, 3, 'the three that the calls themselves made');
  t.deepEqual(product, new Array(10).fill(3));
});

torchTest('a device that is not there is refused in words, and the processor still serves', async (t) => {
  const [faults, device] = await said(t, runProgram(builtPackage, `
    const faults = [];
    for (const device of ['cuda:99', 'mps', 'steam', 'cpu:0']) faults.push(await fault(() => retort.useEngine('torch', { device })));
    say(faults);
    say((await retort.useEngine('torch', { device: 'cpu' })).device);`)) as [string[], string];
  t.regex(faults[0]!, /built without CUDA: install a CUDA build of PyTorch|no CUDA device is visible here|there is no cuda:99/);
  t.regex(faults[1]!, /the device is cpu or cuda:N, not mps/);
  t.regex(faults[2]!, /steam/);
  t.regex(faults[3]!, /the device is cpu or cuda:N, not cpu:0/);
  for (const fault of faults) t.notRegex(fault, /\n/);
  t.is(device, 'cpu');
});

torchTest('one process keeps one engine: another is refused in words, the same is given again', async (t) => {
  const [first, other, again] = await said(t, runProgram(builtPackage, `
    say((await retort.useEngine('torch')).engine);
    say(await fault(() => retort.useEngine('wasm')));
    say((await retort.useEngine('torch')).engine);`));
  t.deepEqual([first, again], ['torch', 'torch']);
  t.is(other, 'the torch engine is in use: one process keeps one engine');
});

torchTest('the engine serves one thread: a worker beside it is refused in words, and it goes on', async (t) => {
  const [fault, sum] = await said(t, runProgram(builtPackage, `${start}
    const { Worker } = await import('node:worker_threads');
    const text = \`import { useEngine } from \${JSON.stringify(new URL('file://${builtPackage}/dist/index.js').href)}; import { parentPort } from 'node:worker_threads';
      useEngine('torch').then(() => parentPort.postMessage(null), (error) => parentPort.postMessage(error.message));\`;
    const worker = new Worker(new URL('data:text/javascript,' + encodeURIComponent(text)));
    say(await new Promise((done, failed) => worker.once('message', done).once('error', failed)));
    await worker.terminate();
    say((await tf.sum(tf.ones([5])).data())[0]);`));
  t.regex(String(fault), /the torch engine is in use in another thread of this process: it serves one thread/);
  t.is(sum, 5);
});

underLinux('threads: as many as asked for are there from the start; what no machine has is refused in words, and the processor still serves', async (t) => {
  const [faults, threads] = await said(t, runProgram(builtPackage, `
    const faults = [];
    for (const threads of [100000, 0, 1.5]) faults.push(await fault(() => retort.useEngine('torch', { threads })));
    say(faults);
    const before = (await import('node:fs')).readdirSync('/proc/self/task').length;
    const facts = await retort.useEngine('torch', { threads: 3 });
    say([facts.threads, (await import('node:fs')).readdirSync('/proc/self/task').length - before]);`)) as [string[], number[]];
  for (const fault of faults) t.regex(fault, /^threads: a whole number from 1 to 1024 is wanted, not [\d.]+$/);
  t.is(threads[0], 3);
  t.true(threads[1]! >= 2, `${threads[1]} more threads`);
});

underLinux('memory that is short from the start: threads that cannot be started are told, those that could be serve all that follows', async (t) => {
  const limit = (spare: string) => `
    const { execFileSync } = await import('node:child_process');
    const { readFileSync } = await import('node:fs');
    const used = 1024 * Number(/VmSize:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]);
    execFileSync('prlimit', ['--pid', String(process.pid), '--as=' + (used + ${spare})]);`;
  const [product] = await said(t, runProgram(builtPackage, `${start} ${limit('2 ** 28')}
    const x = retort.tf.ones([600, 600]);
    say((await retort.tf.max(retort.tf.matMul(x, x)).data())[0]);`));
  t.is(product, 600);
  const [fault] = await said(t, runProgram(builtPackage, `${limit('2 ** 31')}
    say(await fault(() => retort.useEngine('torch', { threads: 1000 })));`));
  t.regex(String(fault), /1000 threads are wanted, and this system lets only \d+ be started/);
});

underLinux('out of memory is an error with the shapes, and the process goes on', async (t) => {
  const [faults, left, sum] = await said(t, runProgram(builtPackage, `${start}
    const { execFileSync } = await import('node:child_process');
    const { readFileSync } = await import('node:fs');
    await tf.sum(tf.matMul(tf.ones([64, 64]), tf.ones([64, 64]))).data();
    const used = 1024 * Number(/VmSize:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]);
    execFileSync('prlimit', ['--pid', String(process.pid), '--as=' + (used + 2 ** 30)]);
    const row = tf.ones([30000, 1]);
    const before = tf.memory().numTensors;
    say([
      await fault(() => tf.fill([40000, 40000], 1)),
      await fault(() => tf.matMul(row, row, false, true)),
      await fault(() => tf.tile(row, [1, 40000])),
    ]);
    say(tf.memory().numTensors - before);
    say((await tf.sum(tf.matMul(tf.ones([8, 8]), tf.ones([8, 8]))).data())[0]);`)) as [string[], number, number];
  for (const fault of faults) {
    t.regex(String(fault), /^\w+.*(memory|alloc)/);
    t.notRegex(fault, /\n/);
  }
  t.regex(faults[1]!, /^BatchMatMul \(Float \[30000, 1\], Float \[30000, 1\]\)/);
  t.is(left, 0);
  t.is(sum, 512);
});
