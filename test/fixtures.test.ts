// The project's own copy of the reference numbers, and the runner itself: it must fail when it should.
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import { engineCalls, engineFacts } from '../src/engine/engine.ts';
import { type HostTensor, readSafetensors, writeSafetensors } from '../src/storage/safetensors.ts';
import { findFixtures, type Outcome, runFixture } from './fixture-runners/folder.ts';
import { engineUnderTest, precisionUnderTest } from './engine-choice.ts';
import { startEngine } from './engine-under-test.ts';

const own = join(import.meta.dirname, 'fixtures');
test.before(startEngine);

const fixtures = findFixtures(own);

test.after('the engine\'s own library computed, where the engine counts what it asks of it', (t) => {
  if (['tensorflow', 'torch'].includes(engineUnderTest)) t.true(engineCalls().native > 1000, `${engineCalls().native} operations`);
});

test('every fixture is found, and runs on the embedded engine', (t) => {
  t.is(engineFacts().engine, engineUnderTest);
  const count = (group: string) => fixtures.filter(({ name }) => name.startsWith(`${group}/`)).length;
  t.deepEqual([count('objectives'), count('metrics'), count('models'), fixtures.length], [37, 11, 28, 77]);
});

/** Of the bound: the embedded engine's AdamW computes in float64 between its float32 numbers, the others' in float32 throughout. */
const worstExpected = precisionUnderTest === 'bf16' ? 1 : engineUnderTest === 'wasm' ? 0.2 : 0.5;

/** Whether the runner fails when it should is asked where its bounds are tightest, and on one engine: it is the same on all. */
const failingTest = engineUnderTest === 'wasm' ? test : test.skip;

for (const fixture of fixtures.filter(({ name }) => name !== 'storage')) {
  test(`equals the reference: ${fixture.name}`, async (t) => {
    const outcome = await runFixture(fixture);
    t.deepEqual(failuresOf(outcome), []);
    t.is(outcome.state, 'ok');
    if (outcome.state === 'ok') t.true(outcome.result.cases > 0 && outcome.result.largestError < worstExpected, `${outcome.result.largestError} of the bound`);
  });
}

type Path = readonly (string | number)[];

/** One change to a JSON file of a fixture: `value` undefined takes the field away. `only`: see `keepOnly`. */
const changes: readonly { title: string; name: string; file?: string; only?: string; at: Path; value: unknown; failure: RegExp }[] = [
  { title: 'a loss that is off', name: 'objectives/soft-label', at: ['cases', 0, 'expected', 'loss'], value: 2.4838, failure: /^dev: loss: off by/ },
  { title: 'a gradient that is off', name: 'objectives/soft-label', at: ['cases', 1, 'expected', 'gradients', 'student_logits', 'data', 3], value: 0.1, failure: /^edge: gradient student_logits: off by/ },
  { title: 'an output that is off', name: 'objectives/soft-label', at: ['cases', 1, 'expected', 'outputs', 'hard', 'data', 0], value: 33.62, failure: /^edge: hard: off by/ },
  { title: 'an input that is off', name: 'objectives/label-smoothing', at: ['cases', 0, 'inputs', 'labels', 'data', 0], value: -1, failure: /^dev: loss: off by/ },
  { title: 'another choice of teachers', name: 'objectives/oracle-ensemble', at: ['cases', 0, 'inputs', 'oracle_index', 'data', 0], value: 2, failure: /^dev: loss: off by/ },
  { title: 'another weight of a teacher', name: 'objectives/ensemble-average', at: ['cases', 0, 'inputs', 'teacher_weights', 'data', 2], value: 0.6, failure: /^dev: target: off by/ },
  { title: 'another relation of classes', name: 'objectives/kd-rel', at: ['cases', 0, 'inputs', 'relation', 'data', 7], value: 1, failure: /^dev: target: off by/ },
  { title: 'another weight of a class', name: 'objectives/kd-sim', at: ['cases', 0, 'inputs', 'teacher_class_weights', 'data', 0], value: 0.5, failure: /^dev: target: off by/ },
  { title: 'a row that is not disturbed', name: 'objectives/noisy-logit', at: ['cases', 0, 'inputs', 'selected', 'data', 3], value: 0, failure: /^dev: target: off by/ },
  { title: 'a real token that is taken for padding', name: 'objectives/distilbert', at: ['cases', 0, 'inputs', 'mask', 'data', 0], value: 0, failure: /^dev: ce: off by/ },
  { title: 'no expected gradient', name: 'objectives/soft-label', at: ['cases', 0, 'expected', 'gradients', 'student_logits'], value: undefined, failure: /gradients: student_logits is missing/ },
  { title: 'an expected output too few', name: 'objectives/soft-label', at: ['cases', 0, 'expected', 'outputs', 'soft'], value: undefined, failure: /outputs: soft is missing/ },
  { title: 'an expected output that nobody knows', name: 'objectives/label-smoothing', at: ['cases', 0, 'expected', 'outputs'], value: { target: scalar(1) }, failure: /outputs: target is not known/ },
  { title: 'a further expected loss', name: 'objectives/soft-label', at: ['cases', 0, 'expected', 'losses'], value: { paraphraser: { value: 1, gradients: {} } }, failure: /losses: paraphraser is not known/ },
  { title: 'an input that nobody knows', name: 'objectives/soft-label', at: ['cases', 0, 'inputs', 'mask'], value: scalar(1), failure: /inputs: mask \(float32\) is not known/ },
  { title: 'a hyperparameter that nobody knows', name: 'objectives/soft-label', at: ['cases', 0, 'hyperparameters', 'margin'], value: 1, failure: /^dev: hyperparameters: .*"margin"/ },
  { title: 'a hyperparameter too few', name: 'objectives/label-smoothing', at: ['cases', 0, 'hyperparameters', 'epsilon'], value: undefined, failure: /^dev: hyperparameters: .*epsilon/s },
  { title: 'a form that nobody knows', name: 'objectives/soft-label', at: ['cases', 0, 'hyperparameters', 'form'], value: 'reverse', failure: /^dev: hyperparameters: .*form/s },
  { title: 'no cases', name: 'objectives/soft-label', at: ['cases'], value: [], failure: /no case was found/ },
  { title: 'an objective that nobody knows', name: 'objectives/soft-label', at: ['objective'], value: 'brand-new', failure: /nothing here can run it/ },
  { title: 'a tensor that does not fill its shape', name: 'objectives/soft-label', at: ['cases', 0, 'inputs', 'labels', 'shape'], value: [5], failure: /the data does not fill the shape/ },
  { title: 'a score that is off', name: 'metrics/classification', at: ['cases', 2, 'expected', 'mcc'], value: 0.63161395, failure: /^case 3: mcc: off by/ },
  { title: 'a score too few', name: 'metrics/fidelity', at: ['cases', 0, 'expected', 'predictive_kl'], value: undefined, failure: /expected: predictive_kl is missing/ },
  { title: 'a score that is not defined', name: 'metrics/fidelity', at: ['cases', 0, 'expected', 'predictive_kl'], value: null, failure: /predictive_kl: off by Infinity/ },
  { title: 'a correlation that is off', name: 'metrics/correlation', at: ['cases', 1, 'expected', 'spearman'], value: 0.61674442, failure: /^case 2: spearman: off by/ },
  { title: 'a number where a correlation is not defined', name: 'metrics/correlation', at: ['cases', 2, 'expected', 'pearson'], value: 0, failure: /^case 3: pearson: off by Infinity/ },
  { title: 'other bins', name: 'metrics/calibration', at: ['cases', 0, 'inputs', 'bins'], value: 10, failure: /^case 1: ece: off by/ },
  { title: 'features that are off', name: 'metrics/cka', at: ['cases', 0, 'inputs', 'y', 0, 0], value: -0.02618, failure: /^case 1: linear_cka: off by/ },
  { title: 'rows of other lengths', name: 'metrics/cka', at: ['cases', 0, 'inputs', 'y', 0], value: [1, 2], failure: /rows of a matrix differ/ },
  { title: 'a part of a score that is off', name: 'metrics/bleu', at: ['cases', 0, 'expected', 'corpus', 'precisions', 1], value: 60.1, failure: /^case 1: corpus\.precisions: off by/ },
  { title: 'a part of a score that nobody knows', name: 'metrics/bleu', at: ['cases', 0, 'expected', 'corpus', 'ratio'], value: 1, failure: /^case 1: corpus: corpus\.ratio is missing/ },
  { title: 'a token that is off', name: 'metrics/bleu', at: ['cases', 4, 'expected', 'tokens', 0, 0], value: 'naive', failure: /^case 5: tokens: / },
  { title: 'a character score that is off', name: 'metrics/chrf', at: ['cases', 4, 'expected', 'chrf2'], value: 52.9773, failure: /^case 5: chrf2: off by/ },
  { title: 'another choice among candidates', name: 'metrics/seq-inter', at: ['cases', 0, 'expected', 'selected'], value: 2, failure: /^case 1: selected: off by/ },
  { title: 'a map that nobody knows', name: 'metrics/layer-maps', at: ['cases', 0, 'inputs', 'kind'], value: 'pkd-middle', failure: /^case 1: .*kind/s },
  { title: 'a kind of model fixture that nobody knows', name: 'models/bert-model', file: 'cases.json', at: ['kind'], value: 'decoder', failure: /nothing here can run it/ },
  { title: 'no cases of a model', name: 'models/bert-model', file: 'cases.json', at: ['cases'], value: [], failure: /no case was found|a case that does not exist/ },
  { title: 'an input of a model that nobody knows', name: 'models/bert-model', file: 'cases.json', at: ['cases', 0, 'inputs', 'inputs_embeds'], value: [[0]], failure: /"inputs_embeds"/ },
  { title: 'a position that is off', name: 'models/roberta-classifier', file: 'cases.json', at: ['cases', 0, 'position_ids', 0, 3], value: 6, failure: /^padded: position_ids: / },
  { title: 'positions of a family that counts from 0', name: 'models/bert-model', file: 'cases.json', at: ['cases', 0, 'position_ids'], value: [[0]], failure: /^padded: position_ids: a bert counts from 0/ },
  { title: 'a loss of a model too few', name: 'models/bert-regression', file: 'cases.json', at: ['cases', 1, 'loss'], value: undefined, failure: /^single: .*labels and loss must both be given/ },
  { title: 'a label that is off', name: 'models/bert-regression', file: 'cases.json', at: ['cases', 1, 'labels', 0], value: 0.374, failure: /^single: loss: off by/ },
  { title: 'a family that is not built', name: 'models/bert-model', file: 'config.json', at: ['model_type'], value: 'longformer', failure: /nothing here can run it/ },
  { title: 'another search', name: 'models/marian', file: 'generation.json', only: 'beam2-lp0.6-false', at: ['cases', 2, 'effective', 'length_penalty'], value: 0.7, failure: /^beam2-lp0.6-false: settings: / },
  { title: 'a token of a translation that is off', name: 'models/t5-gated', file: 'generation.json', only: 'greedy-short', at: ['cases', 0, 'rows', 0, 'beams', 0, 'sequence', 3], value: 38, failure: /^greedy-short: row 1: / },
  { title: 'a score of a translation that is off', name: 'models/t5-gated', file: 'generation.json', only: 'beam2-lp0.6-true', at: ['cases', 3, 'rows', 0, 'beams', 1, 'score'], value: -3, failure: /^beam2-lp0.6-true: row 1, score 2: off by/ },
  { title: 'a bucket that is off', name: 'models/t5', file: 'cases.json', only: 'no case', at: ['relative_position_buckets', 0, 'buckets', 0], value: 14, failure: /^buckets 32 to 128: both ways: / },
  { title: 'a smoothed loss that is off', name: 'models/bart', file: 'cases.json', only: 'single', at: ['cases', 1, 'loss_smoothed'], value: 2.73, failure: /^single: smoothed loss: off by/ },
  { title: 'an expected token that is off', name: 'models/tokenizer-unigram', file: 'cases.json', at: ['single', 0, 'tokens', 0], value: 'H', failure: /Hello world.*tokens/ },
  { title: 'an expectation of a tokeniser that nobody knows', name: 'models/tokenizer-unigram', file: 'cases.json', at: ['single', 0, 'spans'], value: [], failure: /"spans"/ },
  { title: 'a malformed file that is said to load', name: 'models/malformed', file: 'cases.json', at: ['cases', 0, 'expect'], value: 'loads', failure: /^empty-file\.safetensors: must load, but is refused/ },
  { title: 'a pickle that is said to load', name: 'models/pytorch-bin', file: 'cases.json', at: ['cases', 5, 'expect'], value: 'loads', failure: /^evil\.bin: must load, but is refused/ },
  { title: 'a number of a .bin file that is off', name: 'models/pytorch-bin', file: 'cases.json', at: ['cases', 2, 'tensors', 'strided', 'data', 1], value: -0.114, failure: /^odd\.bin: strided: / },
  { title: 'a malformed file that nobody speaks of', name: 'models/malformed', file: 'cases.json', at: ['cases', 1, 'file'], value: 'empty-file.safetensors', failure: /files: seven-bytes\.safetensors is not known/ },
];

for (const { title, name, file = '', only, at, value, failure } of changes) {
  failingTest(`fails: ${title} (${name})`, async (t) => {
    const folder = await copyOf(t, name);
    const path = name.startsWith('models/') ? join(folder, name, file) : join(folder, `${name}.json`);
    await changeJson(path, at, value);
    await keepOnly(join(folder, name), only);
    await failsWith(t, folder, name, failure, only);
  });
}

const optimiserChanges: readonly { title: string; at: Path; value: unknown; failure: RegExp }[] = [
  { title: 'a hyperparameter that nobody knows', at: ['hyperparameters', 'amsgrad'], value: true, failure: /"amsgrad"/ },
  { title: 'another rule of who decays', at: ['hyperparameters', 'no_decay'], value: 'nothing', failure: /no_decay/ },
  { title: 'another weight decay', at: ['hyperparameters', 'weight_decay'], value: 0.2, failure: /^adamw: final .*off by/ },
  { title: 'another epsilon', at: ['hyperparameters', 'epsilon'], value: 1e-3, failure: /^adamw: final .*off by/ },
  { title: 'another gradient norm', at: ['steps', 4, 'gradient_norm'], value: 4.139, failure: /^adamw: step 5, gradient norm: off by/ },
  { title: 'another learning rate', at: ['steps', 4, 'learning_rate'], value: 0.0025, failure: /^adamw: step 5, learning rate: off by/ },
];

for (const { title, at, value, failure } of optimiserChanges) {
  failingTest(`fails: ${title} (models/optimiser)`, async (t) => {
    const folder = await copyOf(t, 'models/optimiser', 'models/bert-classifier');
    await changeJson(join(folder, 'models/optimiser/cases.json'), ['cases', 0, ...at], value);
    await failsWith(t, folder, 'models/optimiser', failure);
  });
}

const off = (tensor: HostTensor): HostTensor => ({ ...tensor, bytes: tensor.bytes.map((byte, index) => (index === 2 ? byte ^ 0x20 : byte)) });

/** One change to a tensor of a fixture; undefined takes it away. */
const tensorChanges: readonly { title: string; name: string; file: string; only?: string; tensor: string; change: (tensor: HostTensor) => HostTensor | undefined; failure: RegExp }[] = [
  { title: 'an activation that is off', name: 'models/bert-model', file: 'expected', tensor: 'single/query.last', change: off, failure: /^single: query\.last: off by/ },
  { title: 'no expected activation', name: 'models/bert-model', file: 'expected', tensor: 'single/hidden.1', change: () => undefined, failure: /^single: hidden\.1: the expected tensor is missing/ },
  { title: 'a gradient of a parameter that is off', name: 'models/bert-mlm', file: 'gradients', tensor: 'padded/cls.predictions.bias', change: off, failure: /^padded: gradient cls\.predictions\.bias: off by/ },
  { title: 'attention to the source that is off', name: 'models/marian', file: 'expected', only: 'single', tensor: 'single/cross_attention.1', change: off, failure: /^single: cross_attention\.1: off by/ },
  { title: 'no expected activation of an encoder-decoder', name: 'models/bart', file: 'expected', only: 'batch', tensor: 'batch/decoder_hidden.2', change: () => undefined, failure: /expected activations: decoder_hidden\.2 is missing/ },
  { title: 'a gradient of an encoder-decoder that is off', name: 'models/t5', file: 'gradients', only: 'batch', tensor: 'batch/smoothed/encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight', change: off, failure: /smoothed gradient encoder.*off by/ },
  { title: 'no expected gradient of a parameter', name: 'models/bert-mlm', file: 'gradients', tensor: 'single/cls.predictions.bias', change: () => undefined, failure: /gradients: cls\.predictions\.bias is missing/ },
  { title: 'a widened vector that is off in one bit', name: 'models/bert-classifier-fp16', file: 'upcast', tensor: 'upcast/classifier.bias', change: off, failure: /^classifier\.bias: number 0 is/ },
  { title: 'no widened vector', name: 'models/bert-classifier-bf16', file: 'upcast', tensor: 'upcast/classifier.bias', change: () => undefined, failure: /classifier\.bias: the widened vector is missing/ },
  { title: 'a copied tensor that is off in one bit', name: 'models/student-init', file: 'distilbert-6/model', tensor: 'vocab_layer_norm.bias', change: off, failure: /^distilbert-6: vocab_layer_norm\.bias: number 0 is/ },
];

for (const { title, name, file, only, tensor, change, failure } of tensorChanges) {
  failingTest(`fails: ${title} (${name})`, async (t) => {
    const folder = await copyOf(t, name);
    const path = join(folder, name, `${file}.safetensors`);
    t.true((await readSafetensors(path)).tensors.has(tensor));
    await changeTensors(path, (key, value) => (key === tensor ? change(value) : value));
    await keepOnly(join(folder, name), only);
    await failsWith(t, folder, name, failure, only);
  });
}

failingTest('fails: files that nobody knows', async (t) => {
  const folder = await copyOf(t, 'objectives/label-smoothing', 'metrics/fidelity', 'models/bert-model');
  const strangers = ['objectives/notes.txt', 'metrics/torn.json', 'models/stray.json', 'decoders'];
  for (const stranger of strangers) await writeFile(join(folder, stranger), '{');
  const outcomes = await Promise.all(findFixtures(folder).map(runFixture));
  t.deepEqual(outcomes.filter(({ state }) => state === 'FAILED').map(({ name }) => name), ['decoders', 'metrics/torn', 'models/stray', 'objectives/notes.txt']);
  t.is(outcomes.filter(({ state }) => state === 'ok').length, 3);
});

test('what is on the list is skipped with its reason, but run where it can be', async (t) => {
  const folder = await copyOf(t, 'objectives/label-smoothing');
  const listed = join(folder, 'objectives/kdgan.json');
  await cp(join(folder, 'objectives/label-smoothing.json'), listed);
  const [run] = findFixtures(folder).filter(({ name }) => name === 'objectives/kdgan');
  t.like(run && (await runFixture(run)), { state: 'ok', listed: true });
  await changeJson(listed, ['objective'], 'kdgan');
  t.deepEqual(run && (await runFixture(run)), { name: 'objectives/kdgan', state: 'skipped', reason: 'not built yet' });
});

test('the script says what happened in its last line and its exit code', async (t) => {
  const folder = await copyOf(t, 'objectives/label-smoothing', 'metrics/fidelity');
  await cp(join(folder, 'metrics/fidelity.json'), join(folder, 'metrics/n2n-reward.json'));
  await changeJson(join(folder, 'metrics/n2n-reward.json'), ['metric'], 'n2n-reward');
  const good = await runScript(folder);
  t.is(good.code, 0, good.stderr);
  t.regex(good.stdout, /\nok +objectives\/label-smoothing +1 case, largest error .*\n2 passed, 0 failed, 1 skipped\n$/);
  t.regex(good.stdout, /\nskipped +metrics\/n2n-reward +\(not built yet\)\n/);
  await changeJson(join(folder, 'metrics/fidelity.json'), ['cases', 0, 'expected', 'top1_agreement'], 0.75);
  const bad = await runScript(folder);
  t.is(bad.code, 1);
  t.regex(bad.stdout, /\nFAILED +metrics\/fidelity .*\n {4}case 1: top1_agreement: off by 2\.50e-1, .*\n/);
  t.regex(bad.stdout, /\n1 passed, 1 failed, 1 skipped\n$/);
});

test('the script refuses wrong use', async (t) => {
  for (const args of [[], [own, own], [join(own, 'absent')], [await copyOf(t)]]) {
    const { code, stdout, stderr } = await runScript(...args);
    t.is(code, 2);
    t.is(stdout, '');
    t.regex(stderr, /Usage: npm run fixtures -- FOLDER/);
  }
});

/** A folder, gone when the test is, with copies of some of the project's own fixtures. */
async function copyOf(t: ExecutionContext, ...names: readonly string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'retort-fixtures-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  for (const name of names) {
    const path = name.startsWith('models/') ? name : `${name}.json`;
    await cp(join(own, path), join(folder, path), { recursive: true });
  }
  return folder;
}

async function changeJson(file: string, path: Path, value: unknown): Promise<void> {
  const json: unknown = JSON.parse(await readFile(file, 'utf8'));
  const last = path.at(-1) ?? '';
  let holder = json as Record<string | number, unknown>;
  for (const key of path.slice(0, -1)) holder = holder[key] as Record<string | number, unknown>;
  holder[last] = value; // JSON leaves out what is undefined
  await writeFile(file, JSON.stringify(json));
}

async function changeTensors(file: string, change: (name: string, tensor: HostTensor) => HostTensor | undefined): Promise<void> {
  const { tensors } = await readSafetensors(file);
  await writeSafetensors(file, [...tensors].flatMap(([name, tensor]) => {
    const changed = change(name, tensor);
    return changed === undefined ? [] : [[name, changed] as const];
  }));
}

/** A translator runs three batches and fifty searches: a copy that is to fail holds only the one that it breaks, named `only`, if any. */
async function keepOnly(folder: string, only: string | undefined): Promise<void> {
  if (only === undefined) return;
  for (const file of ['cases.json', 'generation.json']) {
    const { cases } = JSON.parse(await readFile(join(folder, file), 'utf8')) as { cases: { case: string }[] };
    await changeJson(join(folder, file), ['cases'], cases.filter(({ case: name }) => name === only));
  }
  for (const file of ['expected', 'gradients']) await changeTensors(join(folder, `${file}.safetensors`), (name, tensor) => (name.startsWith(`${only}/`) ? tensor : undefined));
}

/** With this failure; with no other, where the copy holds `only` what is broken. */
async function failsWith(t: ExecutionContext, folder: string, name: string, failure: RegExp, only?: string): Promise<void> {
  const [fixture] = findFixtures(folder).filter((found) => found.name === name);
  const outcome = fixture && (await runFixture(fixture));
  t.is(outcome?.state, 'FAILED');
  const failures = outcome ? failuresOf(outcome) : [];
  t.true(failures.some((line) => failure.test(line)), failures.join('\n'));
  if (only !== undefined) t.is(failures.length, 1, failures.join('\n'));
}

function failuresOf(outcome: Outcome): readonly string[] {
  return outcome.state === 'skipped' ? [] : outcome.result.failures;
}

function scalar(value: number): object {
  return { shape: [], dtype: 'float32', data: [value] };
}

async function runScript(...args: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const root = join(import.meta.dirname, '..');
  const command = ['--import=tsx', join(root, 'scripts/fixtures.ts'), ...args];
  try {
    return { code: 0, ...(await promisify(execFile)(process.execPath, command, { cwd: root })) };
  } catch (error) {
    return error as { code: number; stdout: string; stderr: string };
  }
}
