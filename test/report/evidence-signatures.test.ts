import test from 'ava';
import { contendersOf } from '../../src/report/evidence-contenders.ts';
import { signatureRows } from '../../src/report/evidence-signatures.ts';
import { evidenceTable } from '../../src/report/evidence-table.ts';
import { recordedRun } from './recorded-run.ts';
import { recordedTranslator } from './recorded-translator.ts';

const runs = [
  recordedTranslator({ student: 'teacher', arm: 'teacher', greedy: 20, beam: 30 }),
  ...[1, 2].map((seed) => recordedTranslator({ seed })),
  ...[1, 2].map((seed) => recordedTranslator({ arm: 'seq-kd', seed, greedy: 12, beam: 12, goldPerplexity: 9, modeMass: 0.3 })),
  ...[1, 2].map((seed) => recordedTranslator({ arm: 'word-kd', seed, beam: 20, goldPerplexity: 4, modeMass: 0.01 })),
];

test('each arm has its row; which signatures appear is said, and which do not', (t) => {
  const [text = ''] = signatureRows(contendersOf(runs, 'alone'), 'alone');
  const lines = text.split('\n');
  t.is(lines[0], '| student | arm | a beam adds, BLEU | perplexity of the references | mass on its greedy translation % |');
  t.regex(lines.find((line) => line.startsWith('| small | seq-kd')) ?? '', /\| 0\.00 ± 0\.00 \| 9\.00 ± 0\.00 \| 30\.0 ± 0\.0 \|$/);
  t.regex(text, /small seq-kd against alone: greedy search gains \d+\.\d\d, a beam adds 0\.00 where it added \d+\.\d\d, the references' perplexity goes from 5\.00 to 9\.00, the mass on its greedy translation is 15\.0 times that \(as the paper's sequence level\)\.\n/);
  t.regex(text, /small word-kd against alone: no signature appears; unlike it: greedy search gains 0\.00, a beam adds .*, the references' perplexity goes from 5\.00 to 4\.00, .* 0\.5 times that\.$/);
});

test('classifiers have none, and a baseline alone is held against nothing', (t) => {
  t.deepEqual(signatureRows(contendersOf([recordedRun()], 'fine-tuning'), 'fine-tuning'), []);
  t.notRegex(signatureRows(contendersOf([recordedTranslator()], 'alone'), 'alone')[0] ?? '', /against/);
});

test('the table of translators: BLEU with intervals over seeds and sentences, what is kept, and its signature', (t) => {
  const text = evidenceTable(runs, { baseline: 'alone' });
  const lines = text.split('\n');
  t.is(lines[0], '| student | arm | seeds | greedy, BLEU | greedy, better than alone by | beam-5, BLEU | beam-5, better than alone by | keeps of the teacher %, beam-5 |');
  t.regex(lines.find((line) => line.startsWith('| small | seq-kd')) ?? '', /^\| small \| seq-kd \| 2 \| \d\d\.\d ± 0\.0 \| \+\d+\.\d\d \[\d+\.\d\d, \d+\.\d\d\] \| \d\d\.\d ± 0\.0 \| \+\d+\.\d\d \[\d+\.\d\d, \d+\.\d\d\] \| \d\d\.\d \|$/);
  t.true(lines.includes('greedy, small: seq-kd is better than alone; word-kd is not to be told from alone.'));
  t.regex(lines.at(-1) ?? '', /greedy: 60 examples; beam-5: 60 examples\. BLEU: nrefs:1\|tok:13a\. ± is/);
  t.is(evidenceTable(runs, { baseline: 'alone' }), text);
});
