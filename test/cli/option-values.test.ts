import test from 'ava';
import { column, dropoutRate, layerChoice, layerList, numberFromZero, positiveNumber, seedNumber, share, wholeNumber } from '../../src/cli/option-values.ts';

test('numbers are read as typed', (t) => {
  t.is(wholeNumber('12'), 12);
  t.is(seedNumber('0'), 0);
  t.is(positiveNumber('5e-5'), 5e-5);
  t.deepEqual([numberFromZero('0'), numberFromZero('1e-3')], [0, 1e-3]);
  t.is(share('1'), 1);
  t.is(dropoutRate('0'), 0);
  t.deepEqual(layerList('0, 2,4'), [0, 2, 4]);
  t.deepEqual([layerChoice('0,2'), layerChoice('pkd-skip:3'), layerChoice('uniform')], [[0, 2], 'pkd-skip:3', 'uniform']);
});

test('what is out of range is refused, with what is wanted', (t) => {
  for (const text of ['0', '-1', '1.5', 'x', '', 'Infinity', '1e20']) t.throws(() => wholeNumber(text), { message: /whole number from 1/ });
  for (const text of ['-1', '', '0.5']) t.throws(() => seedNumber(text), { message: /whole number from 0/ });
  for (const text of ['0', 'NaN']) t.throws(() => positiveNumber(text), { message: /above 0/ });
  for (const text of ['-1e-9', '']) t.throws(() => numberFromZero(text), { message: /a number from 0/ });
  for (const text of ['1.1', '-0.1', '10 %']) t.throws(() => share(text), { message: /from 0 to 1/ });
  t.throws(() => dropoutRate('1'), { message: /below 1/ });
  for (const text of ['', '0,,2', '0,-1', '0;2']) t.throws(() => layerList(text), { message: /as 0,2,4/ });
  for (const text of ['', '0,,2', 'middle', 'uniform:0', 'uniform:3,4']) t.throws(() => layerChoice(text), { message: /as 0,2,4/ });
});

test('a column is a name, or a number from 1', (t) => {
  t.is(column('sentence'), 'sentence');
  t.is(column('4'), 4);
  t.throws(() => column('0'), { message: /whole number from 1/ });
});
