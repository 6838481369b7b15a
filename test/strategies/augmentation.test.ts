import test from 'ava';
import { augment, type AugmentOptions } from '../../src/strategies/augmentation.ts';
import type { Example } from '../../src/text/example.ts';
import { startEngine } from '../engine-under-test.ts';
import { tinyModel } from '../models/tiny-model.ts';
import { all } from '../text/text-folder.ts';
import { tinyTokenizer } from '../text/tiny-tokenizer.ts';

test.before(startEngine);

const tokenizer = tinyTokenizer();
const model = () => tinyModel({ task: 'masked-lm', labels: [] }, 3);
const letters = Array.from('abcdefghijklmnopqrstuvwx');
const examples: Example[] = Array.from({ length: 40 }, (_, i) => ({ id: `train-${i + 2}`, text: `${letters.slice(i % 13, (i % 13) + 10).join(' ')} !`, label: 'yes' }));
const make = (options: AugmentOptions = {}, given = examples) => all(augment(given, { model: model(), tokenizer }, { candidates: 4, copies: 5, ...options }));

test('variants of every example under its id, no two alike, none the original, without labels, all else where it was', async (t) => {
  const made = await make();
  t.true(made.length > 190 && made.length <= 200);
  const source = new Map(examples.map((example) => [example.id, example.text.split(' ')]));
  const seen = new Set(examples.map(({ id, text }) => `${id} ${text}`));
  let [replaced, words] = [0, 0];
  for (const { id, text, ...rest } of made) {
    const [, origin = '', copy] = /^(.+)~(\d+)$/.exec(id) ?? [];
    t.deepEqual(rest, {});
    t.true(Number(copy) >= 1 && Number(copy) <= 5);
    const [before, after] = [source.get(origin) ?? [], text.split(' ')];
    t.is(after.length, before.length);
    t.is(after.at(-1), '!');
    t.true(after.slice(0, -1).every((word) => letters.includes(word)));
    t.false(seen.has(`${origin} ${text}`));
    seen.add(`${origin} ${text}`);
    replaced += after.filter((word, i) => word !== before[i]).length;
    words += after.length - 1;
  }
  t.true(Math.abs(replaced / words - 0.4) < 0.04, `${replaced / words} of the words were replaced`);
});

test('the seed and the id say what is made, not what else there is; another seed makes others', async (t) => {
  const whole = await make();
  t.deepEqual(await make({}, examples.slice(20, 23)), whole.filter(({ id }) => ['train-22', 'train-23', 'train-24'].some((origin) => id.startsWith(`${origin}~`))));
  t.deepEqual(await make({ rows: 3 }), whole);
  t.notDeepEqual(await make({ seed: 2 }), whole);
});

test('both texts of a pair vary; a text that nothing fits has no variants', async (t) => {
  const made = await make({ copies: 8 }, [{ id: 'p', text: 'a b c d', pair: 'e f g h' }, { id: 'q', text: '!!' }]);
  t.true(made.length > 4 && made.every(({ id, pair }) => id.startsWith('p~') && pair !== undefined));
  t.true(made.some(({ text }) => text !== 'a b c d') && made.some(({ pair }) => pair !== 'e f g h'));
});

test('what cannot be meant is refused', async (t) => {
  const with_ = (task: 'single-label' | 'none') => all(augment(examples, { model: tinyModel(task === 'none' ? { task, labels: [] } : {}), tokenizer }));
  await t.throwsAsync(with_('single-label'), { message: /^words are replaced by what a masked-LM head expects, but this model is single-label; give the encoder/ });
  await t.throwsAsync(with_('none'), { message: /this model is a bare encoder/ });
  await t.throwsAsync(make({ copies: 0 }), { message: 'copies must be a whole number from 1, not 0' });
  await t.throwsAsync(make({ replace: 1.5 }), { message: 'replace must be above 0 and at most 1, not 1.5' });
});
