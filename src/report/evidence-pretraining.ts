/** What the models of recorded runs learned of running text before they were fine-tuned: their masked-LM losses on held-out text. */
import type { EvidenceContender } from './evidence-contenders.ts';
import type { Pretraining } from './evidence-file.ts';
import { markdownTable } from './markdown-table.ts';
import { formatCount } from './units.ts';

/** A table; nothing where no model was pretrained. */
export function pretrainingRows(contenders: readonly EvidenceContender[]): string[] {
  const rows = contenders.flatMap(({ student, arm, runs }) => {
    const all = runs.flatMap(({ pretraining }) => pretraining ?? []);
    const [first] = all;
    if (first === undefined) return [];
    const mean = (of: (one: Pretraining) => number) => all.reduce((sum, one) => sum + of(one), 0) / all.length;
    const loss = mean((one) => one.loss);
    return [[
      student, student === arm ? '' : arm, mean((one) => one.lossBefore).toFixed(3), loss.toFixed(3), Math.exp(loss).toFixed(1),
      `${formatCount(first.blocks)} blocks of ${first.maxTokens}`, `${formatCount(first.steps)} of ${first.rowsPerStep}`, mean((one) => one.minutes).toFixed(1),
    ]];
  });
  if (rows.length === 0) return [];
  return [markdownTable(['student', 'arm', 'masked-LM loss before', 'after, nats', 'perplexity', 'corpus', 'steps', 'minutes'], rows)];
}
