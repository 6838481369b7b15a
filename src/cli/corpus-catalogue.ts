/**
 * The corpora that are known by name, with their sources: those that ship with the project, and the GLUE tasks as distributed.
 * Any other corpus is a folder of a person's own.
 */
import { glueTasks } from '../text/glue.ts';
import type { LabelSpace } from '../text/example.ts';
import type { Paper } from '../objectives/objective.ts';

export interface KnownCorpus {
  readonly name: string;
  /** What a command is given to read it. */
  readonly given: string;
  readonly labels: string;
  /** The first one ranks runs. */
  readonly metrics: readonly string[];
  /** Absent: made for this project. */
  readonly paper?: Paper;
}

const gluePapers: Readonly<Record<string, Paper>> = {
  CoLA: { authors: 'Warstadt, Singh & Bowman', year: 2019, title: 'Neural network acceptability judgments', id: '1805.12471' },
  'SST-2': { authors: 'Socher et al.', year: 2013, title: 'Recursive deep models for semantic compositionality over a sentiment treebank', id: 'EMNLP 2013' },
  MRPC: { authors: 'Dolan & Brockett', year: 2005, title: 'Automatically constructing a corpus of sentential paraphrases', id: 'IWP 2005' },
  QQP: { authors: 'Iyer, Dandekar & Csernai', year: 2017, title: 'First Quora dataset release: question pairs', id: 'Quora 2017' },
  'STS-B': { authors: 'Cer, Diab, Agirre, Lopez-Gazpio & Specia', year: 2017, title: 'SemEval-2017 task 1: semantic textual similarity', id: '1708.00055' },
  MNLI: { authors: 'Williams, Nangia & Bowman', year: 2018, title: 'A broad-coverage challenge corpus for sentence understanding through inference', id: '1704.05426' },
  QNLI: { authors: 'Rajpurkar, Zhang, Lopyrev & Liang', year: 2016, title: 'SQuAD: 100,000+ questions for machine comprehension of text', id: '1606.05250' },
  RTE: { authors: 'Dagan, Glickman & Magnini', year: 2006, title: 'The PASCAL recognising textual entailment challenge', id: 'MLCW 2005' },
  WNLI: { authors: 'Levesque, Davis & Morgenstern', year: 2012, title: 'The Winograd schema challenge', id: 'KR 2012' },
};

export function knownCorpora(): KnownCorpus[] {
  const glue = glueTasks.map(({ name, labels, metrics }): KnownCorpus => ({
    name, given: `<folder> --task ${name}`, labels: labelText(labels), metrics, ...(gluePapers[name] && { paper: gluePapers[name] }),
  }));
  return [
    { name: 'counting', given: 'corpora/counting/sample', labels: 'translations (--translation en-de)', metrics: ['bleu', 'chrf', 'perplexity'] },
    { name: 'opinions', given: 'corpora/opinions/sample', labels: 'negative, mixed, positive', metrics: ['accuracy'] },
    ...glue,
  ];
}

function labelText(labels: LabelSpace): string {
  return labels.kind === 'regression' ? 'a score' : labels.names.join(', ');
}
