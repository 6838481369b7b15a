import test from 'ava';
import { openConsole } from '../../src/cli/console.ts';

/** What is written to standard output and standard error while `work` runs. */
function written(work: () => void): { out: string; error: string } {
  const [out, error] = [process.stdout.write.bind(process.stdout), process.stderr.write.bind(process.stderr)];
  const heard = { out: '', error: '' };
  process.stdout.write = (text) => Boolean((heard.out += String(text)));
  process.stderr.write = (text) => Boolean((heard.error += String(text)));
  try {
    work();
  } finally {
    process.stdout.write = out;
    process.stderr.write = error;
  }
  return heard;
}

function speak(json: boolean): { out: string; error: string } {
  return written(() => {
    const console = openConsole({ json, environment: {} });
    console.say('a result');
    console.note('a notice');
    console.answer({ accuracy: 0.5 });
  });
}

test.serial('as text: results on standard output, notices on standard error, no JSON', (t) => {
  t.deepEqual(speak(false), { out: 'a result\n', error: 'a notice\n' });
});

test.serial('as JSON: one value on standard output, nothing else', (t) => {
  const { out, error } = speak(true);
  t.deepEqual(JSON.parse(out), { accuracy: 0.5 });
  t.is(error, 'a notice\n');
});

test.serial('a count shows on standard error and ends with a summary', (t) => {
  const { out, error } = written(() => {
    const reach = openConsole({ json: false, environment: {} }).count('labels', 'examples', 3);
    for (const done of [1, 2, 3]) reach(done);
  });
  t.is(out, '');
  t.regex(error, /labels {2}3 examples in /);
  t.is(error.match(/ in /g)?.length, 1);
});

test.serial('NO_COLOR is heard', (t) => {
  t.true(openConsole({ json: false, environment: {} }).live.colour);
  t.true(openConsole({ json: false, environment: { NO_COLOR: '' } }).live.colour);
  t.false(openConsole({ json: false, environment: { NO_COLOR: '1' } }).live.colour);
});
