/**
 * One page that says what a run did and what was lost: a single HTML file with its style and drawings inside, no script and no
 * network, readable by day, by night and on paper. Every text is escaped by markup.ts. Parts that are not given are simply absent.
 * It draws what it is told: nothing is measured or read here.
 */
import { writeFileAtomically } from '../storage/atomic.ts';
import { drawComparison } from './comparison.ts';
import type { Comparison } from './comparison.ts';
import { drawDisagreements } from './disagreements.ts';
import type { Disagreement } from './disagreements.ts';
import { drawLikeness } from './likeness.ts';
import type { Likeness } from './likeness.ts';
import { drawLineage } from './lineage.ts';
import type { Lineage } from './lineage.ts';
import { markup } from './markup.ts';
import type { Markup } from './markup.ts';
import { pageStyle } from './page-style.ts';
import { drawReliability } from './reliability.ts';
import type { Reliability } from './reliability.ts';
import { drawLineChart } from './svg-chart.ts';
import type { Chart } from './svg-chart.ts';
import { drawTrainings } from './trainings.ts';
import type { Training } from './trainings.ts';
import { drawTranslations, type TranslationSample } from './translations.ts';
import { formatDuration } from './units.ts';

/** Which layer of the student listens to which of the teacher, and with what weight. */
export type LayerRow = { student: string | number; teacher: string | number; weight?: number };

/** A text of one's own; blank lines part its paragraphs. */
export type Note = { title: string; text: string };

export type Report = {
  title: string;
  subtitle?: string;
  /** What is not there yet, in a sentence: stands at the head of an unfinished run's page. */
  unfinished?: string;
  /** The command that makes this report again. */
  command?: string;
  startedAt?: Date;
  milliseconds?: number;
  comparison?: Comparison;
  likeness?: Likeness;
  reliability?: readonly Reliability[];
  disagreements?: readonly Disagreement[];
  translations?: readonly TranslationSample[];
  /** Drawn large. */
  curves?: readonly Chart[];
  /** Drawn small, folded away. */
  moreCurves?: readonly Chart[];
  trainings?: readonly Training[];
  layerMap?: readonly LayerRow[];
  notes?: readonly Note[];
  lineage?: Lineage;
  /** What lies in the run's folder for use, and how it was checked. */
  kept?: Readonly<Record<string, string | number>>;
  /** Versions, processor, engine, threads: with the command, all that a repetition needs. */
  machine?: Readonly<Record<string, string | number>>;
};

/** Writes the page to `path`, whole or not at all. */
export async function writeHtmlReport(path: string, report: Report): Promise<void> {
  await writeFileAtomically(path, renderReport(report));
}

/** The page as text. */
export function renderReport(report: Report): string {
  const { text } = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<link rel="icon" href="data:,">
<title>${report.title}</title>
<style>`;
  const body = markup`</style>
</head>
<body>
<main>
${drawHeader(report)}
${report.comparison === undefined || report.comparison.rows.length === 0 ? undefined : drawComparison(report.comparison)}
${report.likeness === undefined ? undefined : drawLikeness(report.likeness)}
${drawReliability(report.reliability ?? [])}
${drawDisagreements(report.disagreements ?? [])}
${drawTranslations(report.translations ?? [])}
${drawTraining(report)}
${drawLayerMap(report.layerMap ?? [])}
${(report.notes ?? []).map(({ title, text: note }) => markup`<h2>${title}</h2>${note.split(/\n\s*\n/).map((paragraph) => markup`<p>${paragraph}</p>`)}`)}
${report.lineage === undefined ? undefined : drawLineage(report.lineage)}
${drawFacts('What is kept', report.kept ?? {})}
${drawFacts('To repeat it', { ...(report.command !== undefined && { command: report.command }), ...report.machine })}
</main>
</body>
</html>
`;
  // The style is our own constant and no markup: escaping would break its quotes.
  return text + pageStyle + body.text;
}

function drawTraining({ curves = [], moreCurves = [], trainings = [] }: Report): Markup | undefined {
  const large = curves.flatMap((chart) => drawLineChart(chart) ?? []);
  const small = moreCurves.flatMap((chart) => drawLineChart(chart, 'small') ?? []);
  const table = drawTrainings(trainings);
  if (large.length + small.length === 0 && table === undefined) return undefined;
  return markup`<h2>Training</h2>
${table}${large}
${small.length === 0 ? undefined : markup`<details><summary>More curves</summary><div class="multiples">${small}</div></details>`}`;
}

function drawHeader({ title, subtitle, unfinished, command, startedAt, milliseconds }: Report): Markup {
  const when = [
    ...(startedAt === undefined ? [] : [`${startedAt.toISOString().slice(0, 16).replace('T', ' ')} UTC`]),
    ...(milliseconds === undefined ? [] : [`took ${formatDuration(milliseconds)}`]),
  ].join(' · ');
  return markup`<header>
<p class="maker">Retort</p>
<h1>${title}</h1>
${subtitle === undefined ? undefined : markup`<p class="subtitle">${subtitle}</p>`}
${unfinished === undefined ? undefined : markup`<p class="unfinished">${unfinished}</p>`}
${when === '' ? undefined : markup`<p class="when">${when}</p>`}
${command === undefined ? undefined : markup`<div class="command">${command}</div>`}
</header>`;
}

function drawLayerMap(rows: readonly LayerRow[]): Markup | undefined {
  if (rows.length === 0) return undefined;
  return markup`<h2>Layer map</h2>
<div class="scroll"><table class="narrow">
<thead><tr><th scope="col">student layer</th><th scope="col">teacher layer</th><th scope="col" class="number">weight</th></tr></thead>
<tbody>${rows.map(({ student, teacher, weight = 1 }) => markup`
<tr><td>${student}</td><td>${teacher}</td><td class="number">${weight}</td></tr>`)}
</tbody></table></div>`;
}

function drawFacts(title: string, facts: Readonly<Record<string, string | number>>): Markup | undefined {
  const entries = Object.entries(facts);
  if (entries.length === 0) return undefined;
  return markup`<h2>${title}</h2>
<dl class="facts">${entries.map(([name, value]) => markup`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`;
}
