/**
 * What was trained on what: each kind of model with what it started as, what it read, whom it listened to and how long; and the corpora
 * with the fingerprints by which they are known again. It explains nothing: the reader can check every line.
 */
import { markup } from './markup.ts';
import type { Markup } from './markup.ts';
import { formatCount } from './units.ts';

/** One model, or models that differ only in seed and teacher. */
export type LineageRow = {
  name: string;
  role?: 'student' | 'teacher' | 'baseline';
  /** As 'fresh, 1x32:4' or 'layers 0, 2, 4 of runs/teacher'. */
  startsAs: string;
  /** Absent: not trained here. */
  training?: {
    corpus: string;
    labelledRows: number;
    unlabelledRows: number;
    objective: string;
    steps: number;
    rowsPerStep: number;
    learningRate: number;
    seeds: readonly number[];
  };
  /** Names of what it listened to, with their fingerprints. */
  teachers: readonly string[];
};

/** A split with its number of rows, the sha-256 over ids, texts and labels, and the models that learned from it. */
export type Material = { split: string; corpus: string; rows: number; sha256: string; readBy: readonly string[] };

export type Lineage = { models: readonly LineageRow[]; materials: readonly Material[]; tokenizer?: string };

export function drawLineage({ models, materials, tokenizer }: Lineage): Markup | undefined {
  if (models.length === 0 && materials.length === 0) return undefined;
  return markup`<h2>What was trained on what</h2>
${models.length === 0 ? undefined : drawModels(models)}
${materials.length === 0 ? undefined : markup`<dl class="facts">${materials.map(({ split, corpus, rows, sha256, readBy }) => markup`
<dt>${split}</dt><dd>${formatCount(rows)} rows of ${corpus}${readBy.length === 0 ? undefined : `, learned from by ${readBy.join(', ')}`}<code>${sha256}</code></dd>`)}${tokenizer === undefined ? undefined : markup`
<dt>tokenizer</dt><dd><code>${tokenizer}</code></dd>`}</dl>
<p class="footnote">The fingerprints are sha-256 over ids, texts and labels in their order, and over the tokenizer's vocabulary and rules.</p>`}`;
}

function drawModels(models: readonly LineageRow[]): Markup {
  return markup`<div class="scroll"><table class="lineage">
<thead><tr><th scope="col">model</th><th scope="col">starts as</th><th scope="col">reads</th><th scope="col">listens to</th><th scope="col">objective</th><th scope="col">updates</th><th scope="col">seeds</th></tr></thead>
<tbody>${models.map(({ name, role = 'baseline', startsAs, training, teachers }) => markup`
<tr><th scope="row" class="${role}">${name}</th><td>${startsAs}</td>${training === undefined ? markup`<td colspan="5">not trained in this run</td>` : markup`<td>${rowsText(training)}</td><td>${
    teachers.length === 0 ? 'labels only' : teachers.map((teacher) => markup`<span class="line">${teacher}</span>`)
  }</td><td>${training.objective}</td><td>${formatCount(training.steps)} of ${formatCount(training.rowsPerStep)} rows, rate up to ${String(Number(training.learningRate.toPrecision(6)))}</td><td>${training.seeds.join(', ')}</td>`}</tr>`)}
</tbody></table></div>`;
}

function rowsText({ labelledRows, unlabelledRows }: NonNullable<LineageRow['training']>): string {
  const labelled = `${formatCount(labelledRows)} labelled`;
  return unlabelledRows === 0 ? `${labelled} rows` : `${labelled} and ${formatCount(unlabelledRows)} unlabelled rows`;
}
