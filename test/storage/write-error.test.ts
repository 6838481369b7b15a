import test from 'ava';
import { writeError } from '../../src/storage/write-error.ts';

test('a full disk is said to be full, and what to do; other errors are told as they are', (t) => {
  const failure = (code: string) => Object.assign(new Error(`${code}: something, write`), { code });
  t.is(writeError(failure('ENOSPC')), 'cannot be written: the disk is full; make room and run the same command again');
  t.regex(writeError(failure('EDQUOT')), /your share of the disk is used up/);
  t.is(writeError(failure('EACCES')), 'cannot be written: EACCES: something, write');
  t.is(writeError('else'), 'cannot be written: else');
});
