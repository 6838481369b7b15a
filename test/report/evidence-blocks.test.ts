import test from 'ava';
import { renewBlocks } from '../../src/report/evidence-blocks.ts';

const table = ({ recipe, baseline, arms = [] }: { recipe: string; baseline: string; arms?: readonly string[] }) => Promise.resolve(`| ${recipe} |\n\n${baseline}: ${arms.join('+')}`);

test('what stands between the marks is made anew, the rest is left alone', async (t) => {
  const readme = '# Title\n\n<!-- evidence: sst2-arms against fine-tuning -->\nold\n<!-- end of evidence -->\nmore\n';
  const { text, requests } = await renewBlocks(readme, 'README.md', table);
  t.is(text, '# Title\n\n<!-- evidence: sst2-arms against fine-tuning -->\n| sst2-arms |\n\nfine-tuning:\n<!-- end of evidence -->\nmore\n');
  t.deepEqual(requests, [{ recipe: 'sst2-arms', baseline: 'fine-tuning' }]);
  t.is((await renewBlocks(text, 'README.md', table)).text, text);
});

test('in a comment every line keeps its beginning, and arms may be chosen', async (t) => {
  const program = '/**\n * Words.\n * <!-- evidence: a against b; c, d-2 -->\n * <!-- end of evidence -->\n */\n';
  const { text, requests } = await renewBlocks(program, 'a.ts', table);
  t.is(text, '/**\n * Words.\n * <!-- evidence: a against b; c, d-2 -->\n * | a |\n *\n * b: c+d-2\n * <!-- end of evidence -->\n */\n');
  t.deepEqual(requests[0]?.arms, ['c', 'd-2']);
  t.deepEqual((await renewBlocks('<!-- evidence: a of cut, fresh-2 against b; c -->\n<!-- end of evidence -->', 'a.md', table)).requests, [{ recipe: 'a', baseline: 'b', arms: ['c'], students: ['cut', 'fresh-2'] }]);
});

test('marks that cannot be read, or do not end, are told with their line', async (t) => {
  await t.throwsAsync(renewBlocks('a\n<!-- evidence: x -->\n', 'README.md', table), { message: /^README\.md:2: write the mark as/ });
  await t.throwsAsync(renewBlocks('<!-- evidence: x against y -->\n', 'README.md', table), { message: /^README\.md:1: no line with <!-- end of evidence --> follows/ });
  t.deepEqual((await renewBlocks('no marks', 'README.md', table)), { text: 'no marks', requests: [] });
});
