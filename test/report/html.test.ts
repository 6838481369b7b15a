import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import test from 'ava';
import { renderReport, writeHtmlReport } from '../../src/report/html.ts';
import type { Report } from '../../src/report/html.ts';

const spread = { count: 2, mean: 0.1, min: 0, max: 0.2, deviation: 0.1, interval: [0, 0.2] } as const;

/** A report whose every text is `text`. */
const filledWith = (text: string): Report => ({
  title: text,
  subtitle: text,
  unfinished: text,
  command: text,
  startedAt: new Date('2026-01-02T03:04:05Z'),
  milliseconds: 192_000,
  comparison: {
    rows: [{ name: text, role: 'student', score: 0.9, notes: text }, { name: text, score: 0.8 }],
    differences: [{ better: text, than: text, score: spread }],
    metric: { name: text, unit: 'ratio' },
  },
  likeness: { kind: 'single-label', student: text, teacher: text, classes: [text, text], answers: [[1, 2], [3, 4]], agreement: [{ low: 0, high: 1, count: 10, ratio: 0.5 }] },
  reliability: [{ name: text, ece: spread, bins: [{ low: 0.5, high: 1, count: 3, confidence: 0.8, accuracy: 0.7 }] }],
  curves: [{ title: text, xLabel: text, yLabel: text, series: [{ name: text, points: [{ x: 1, y: 1 }] }, { name: text, points: [{ x: 1, y: 2 }] }] }],
  moreCurves: [{ title: text, xLabel: text, yLabel: text, series: [{ name: text, points: [{ x: 1, y: 1 }] }] }],
  trainings: [{ run: text, state: 'unfinished', step: 1, totalSteps: 2, milliseconds: 5, starts: 2, loss: 1, best: { name: text, value: 1, step: 1 }, skipped: 1 }],
  layerMap: [{ student: text, teacher: text, weight: 0.5 }],
  disagreements: [{ text, label: text, student: text, teacher: `${text}!`, studentProbability: 0.9 }],
  notes: [{ title: text, text }],
  lineage: {
    models: [
      { name: text, startsAs: text, teachers: [text], training: { corpus: text, labelledRows: 1, unlabelledRows: 1, objective: text, steps: 1, rowsPerStep: 1, learningRate: 1, seeds: [1] } },
      { name: text, startsAs: text, teachers: [] },
    ],
    materials: [{ split: text, corpus: text, rows: 3, sha256: text, readBy: [text] }],
    tokenizer: text,
  },
  kept: { [`kept ${text}`]: text },
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
    [
      'Comparison', 'How faithfully it repeats its teacher', 'How far its confidence can be trusted', 'Where student and teacher differ most', 'Training', 'Layer map', 'Learned',
      'What was trained on what', 'What is kept', 'To repeat it',
    ],
  );
  t.true(html.includes('<p>one</p><p>two</p>'));
  t.true(html.includes('2026-01-02 03:04 UTC · took 3 min 12 s'));
});

test('the file holds the page as rendered', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'retort-report-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'report.html');
  await writeHtmlReport(path, filledWith('plain'));
  t.is(await readFile(path, 'utf8'), renderReport(filledWith('plain')));
});
