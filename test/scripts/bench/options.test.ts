/** Options of `npm run bench`: defaults, lists, and a sentence for what is wrong. */
import { availableParallelism } from 'node:os';
import test from 'ava';
import { caseNames } from '../../../scripts/bench/cases/catalogue.ts';
import { parseOptions, usage, UsageError } from '../../../scripts/bench/options.ts';
import { peerNames } from '../../../scripts/bench/peers.ts';

test('without options: every case in fp32 against every peer', (t) => {
  t.like(parseOptions([]), { cases: caseNames, precisions: ['fp32'], peers: peerNames, engine: 'auto', device: 'cpu', threads: availableParallelism(), small: false, replay: false });
});

test('names come one or several, numbers whole', (t) => {
  const options = parseOptions(['--case', 'kd-mini,label', '--precision', 'fp32,bf16', '--peer=torch', '--engine', 'torch', '--device', 'cuda', '--threads', '4', '--pairs', '7', '--json', 'x.json']);
  t.like(options, { cases: ['kd-mini', 'label'], precisions: ['fp32', 'bf16'], peers: ['torch'], engine: 'torch', device: 'cuda:0', threads: 4, pairs: 7, json: 'x.json' });
  t.deepEqual(parseOptions(['--peer', 'none']).peers, []);
  t.true(parseOptions(['--device', 'cuda:1']).sentences > parseOptions([]).sentences);
});

for (const [args, said] of [
  [['--case', 'kd-maxi'], /--case kd-maxi: there are kd-mini, /],
  [['--variant', 'pkt'], /--variant pkt: there are .*\bpkd\b/],
  [['--precision', 'fp16'], /fp32, bf16/],
  [['--pairs', '0'], /whole number from 1/],
  [['--threads', '2.5'], /whole number from 1/],
  [['--device', 'tpu'], /cpu or cuda:N/],
  [['--text', 'a.txt'], /--text and --tokenizer go together/],
  [['--speed'], /--speed/],
  [['kd-mini'], /kd-mini/],
] as const) {
  test(`refused: ${args.join(' ')}`, (t) => {
    t.throws(() => parseOptions(args), { instanceOf: UsageError, message: said });
  });
}

test('the usage names every case and every peer', (t) => {
  for (const name of [...caseNames, ...peerNames]) t.true(usage().includes(name));
});
