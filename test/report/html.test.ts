import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import test from 'ava';
import { renderReport, writeHtmlReport } from '../../src/report/html.ts';
import type { Report } from '../../src/report/html.ts';

/** A report whose every text is `text`. */
const filledWith = (text: string): Report => ({
  title: text,
  subtitle: text,
  command: text,
  startedAt: new Date('2026-01-02T03:04:05Z'),
  milliseconds: 192_000,
  comparison: { rows: [{ name: text, role: 'student', score: 0.9, notes: text }, { name: text, score: 0.8 }], metric: { name: text, unit: 'ratio' } },
  curves: [{ title: text, xLabel: text, yLabel: text, series: [{ name: text, points: [{ x: 1, y: 1 }] }, { name: text, points: [{ x: 1, y: 2 }] }] }],
  layerMap: [{ student: text, teacher: text, weight: 0.5 }],
  disagreements: [{ text, label: text, student: text, teacher: `${text}!` }],
  notes: [{ title: text, text }],
  facts: { [`fact ${text}`]: text },
  machine: { [`machine ${text}`]: text },
});

const tagsOf = (html: string): string[] => [...html.matchAll(/<[^>]*>/g)].map(([tag]) => tag.replaceAll(/="[^"]*"/g, ''));

test('no text can become a tag or an attribute, wherever it stands', (t) => {
  const plain = tagsOf(renderReport(filledWith('plain')));
  t.true(plain.length > 100);
  const hostile = fc.oneof(fc.string(), fc.constantFrom('<script>alert(1)</script>', '" onload="x', '</style><b>', "' x='", '<!--', '&lt;', ']]>'));
  fc.assert(
    fc.property(hostile, (text) => {
      // A blank line in a note makes another paragraph, which is no tag of the text's own.
      const tags = tagsOf(renderReport(filledWith(text.replaceAll(/\s/g, ' '))));
      return tags.length === plain.length && tags.every((tag, index) => tag === plain[index]);
    }),
  );
});

test('the page stands alone: no script, no link out, nothing fetched', (t) => {
  const html = renderReport(filledWith('plain'));
  t.false(/<script|<iframe|<img|@import|url\(|https?:|\son\w+=/i.test(html));
  t.regex(html, /^<!doctype html>\n<html lang="en">/);
  t.true(html.includes("default-src 'none'"));
  t.true(html.includes("font: 17px/1.6 var(--serif)"), 'the style is not escaped');
  t.true(html.includes("'Bitstream Charter'"));
});

test('a report of nothing but its title is a whole page without a section', (t) => {
  const html = renderReport({ title: 'Alone' });
  t.true(html.includes('<h1>Alone</h1>') && html.trimEnd().endsWith('</html>'));
  t.false(/<h2>|<table|<dl|<figure|undefined/.test(html));
});

test('every part is there under its heading, in order', (t) => {
  const html = renderReport({ ...filledWith('x'), notes: [{ title: 'Learned', text: 'one\n\ntwo' }] });
  t.deepEqual(
    [...html.matchAll(/<h2>(.*?)<\/h2>/g)].map(([, heading]) => heading),
    ['Comparison', 'Training', 'Layer map', 'Where student and teacher differ', 'Learned', 'To repeat it', 'Machine'],
  );
  t.true(html.includes('<p>one</p><p>two</p>'));
  t.true(html.includes('2026-01-02 03:04 UTC · took 3 min 12 s'));
});

test('a disagreement shows who was right, and no verdict where the label is unknown', (t) => {
  const labelled = renderReport({ title: '', disagreements: [{ text: 'good', label: 'positive', student: 'negative', teacher: 'positive' }] });
  t.true(labelled.includes('verdict wrong">✗ negative') && labelled.includes('verdict right">✓ positive'));
  const unlabelled = renderReport({ title: '', disagreements: [{ text: 'good', student: 'negative', teacher: 'positive' }] });
  t.false(/verdict (right|wrong)"/.test(unlabelled));
  t.false(unlabelled.includes('>label</th>'));
});

test('the file holds the page as rendered', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'retort-report-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'report.html');
  await writeHtmlReport(path, filledWith('plain'));
  t.is(await readFile(path, 'utf8'), renderReport(filledWith('plain')));
});
