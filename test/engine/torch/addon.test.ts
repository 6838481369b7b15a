// An addon that cannot serve is told in one sentence with the command that mends it, and `auto` goes on to the next engine.
import { existsSync, readFileSync } from 'node:fs';
import { torchTest } from './built.ts';
import { builtPackage, packageWith, runProgram, said } from './package-copy.ts';

/** The same file with one text in it changed for another that is not longer. */
function withText(bytes: Buffer, from: string, to: string): Buffer {
  const changed = Buffer.from(bytes);
  const [old, fresh] = [Buffer.from(`${from}\0`), Buffer.alloc(from.length + 1)];
  fresh.write(to);
  let places = 0;
  for (let at = changed.indexOf(old); at >= 0; at = changed.indexOf(old, at + 1), places++) fresh.copy(changed, at);
  if (places === 0) throw new Error(`the addon holds no text '${from}'`);
  return changed;
}

const recordFile = `${builtPackage}/build/native/build.json`;
const { libtorch } = JSON.parse(existsSync(recordFile) ? readFileSync(recordFile, 'utf8') : '{"libtorch":""}') as { libtorch: string };

const whole = (bytes: Buffer) => bytes;
const asItWas = (text: string) => text;
/** The record of a build against another LibTorch, in whose place this one lies. */
const ofAnother = (text: string) => text.replace(/(libtorch_cpu\.so": )\d+/, '$17');

const spoilt: Readonly<Record<string, { spoil: (bytes: Buffer) => Buffer | null; record?: (text: string) => string; problem: RegExp }>> = {
  'there is no addon': { spoil: () => null, problem: /^the torch engine is not built here: build it with `retort build-native`/ },
  'the addon is empty': { spoil: () => Buffer.alloc(0), problem: /^the torch engine's addon does not load \(.*file too short\): .*`retort build-native`/ },
  'the addon is cut short': { spoil: (bytes) => bytes.subarray(0, bytes.length / 2), record: asItWas, problem: /^the torch engine's addon is not loaded, because retort-torch\.node has \d+ bytes, not the \d+ of when it was built: .*`retort build-native`/ },
  'another LibTorch lies where the addon\'s was': { spoil: whole, record: ofAnother, problem: /^the torch engine's addon is not loaded, because \/.*libtorch_cpu\.so has \d+ bytes, not the 7 of when it was built: .*`retort build-native`/ },
  'LibTorch is gone': { spoil: (bytes) => withText(bytes, libtorch, '/nowhere'), problem: /^the torch engine's addon does not load \(libtorch\w*\.so: cannot open shared object file.*\): .*`retort build-native`/ },
  'the addon is of other sources': { spoil: (bytes) => withText(bytes, 'RetortAdamW', 'RetortAdam'), problem: /^the torch engine's addon has no operation RetortAdamW, so it was built from other sources than this version's: .*`retort build-native`/ },
};

for (const [what, { spoil, record, problem }] of Object.entries(spoilt)) {
  torchTest(`${what}: told with its mend, and auto goes on to wasm and says why`, async (t) => {
    const folder = await packageWith(t, spoil, record);
    const [fault, engine, passedOver] = await said(t, runProgram(folder, `
      say(await fault(() => retort.useEngine('torch')));
      const { engine, passedOver } = await retort.useEngine('auto');
      say(engine);
      say(passedOver);`, { env: { ...process.env, LD_LIBRARY_PATH: '' } })) as [string, string, string[]];
    t.regex(fault, problem);
    t.notRegex(fault, /\n/);
    t.is(engine, 'wasm');
    t.deepEqual(passedOver, [`torch: ${fault}`]);
  });
}

torchTest('a whole copy serves', async (t) => {
  const folder = await packageWith(t, whole, asItWas);
  t.deepEqual(await said(t, runProgram(folder, 'say((await retort.useEngine(\'auto\')).engine);')), ['torch']);
});
