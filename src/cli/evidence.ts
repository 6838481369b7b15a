/**
 * Runs of classifiers as evidence (evidence-book.ts): what identifies one, how it is trained, resumable like any stage, and what its record says:
 * scores, right answers and likeness to the teacher on each test.
 */
import { predictedClasses } from '../evaluate/classification.ts';
import { fidelityOf } from '../evaluate/fidelity.ts';
import { chanceScore } from '../evaluate/retention.ts';
import { rankingScores, type ScoreName, scoresOf } from '../evaluate/score.ts';
import type { Classifier } from '../models/classifiers.ts';
import { described } from '../objectives/objective.ts';
import type { Evidence, EvidenceTest, Pretraining } from '../report/evidence-file.ts';
import { packBits } from '../storage/bit-text.ts';
import { classLogits } from '../teacher/label-corpus.ts';
import { modelFingerprint } from '../teacher/labeller.ts';
import type { Teacher } from '../teacher/teacher.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import { type ClassifierLesson, type JudgedClassifier, openJudged, trainClassifier } from './classifier.ts';
import type { EncodedSplit } from './classifier-corpus.ts';
import { type BookOptions, type FirstSteps, hearRun, identityOf, keyOf, openBook, rounded, runName, surroundings } from './evidence-book.ts';
import type { Run } from './run.ts';

export interface EvidenceOptions extends BookOptions {
  readonly tokenizer: Tokenizer;
  readonly tests: readonly EvidenceTestSet[];
}

export interface EvidenceTestSet {
  readonly name: string;
  readonly split: EncodedSplit;
  /** [N] the number of each example's group, from 0 upwards, groups one after the other. */
  readonly groups?: readonly number[];
}

export interface EvidenceArm extends Omit<ClassifierLesson, 'tokenizer' | 'teacher'> {
  readonly student: string;
  readonly arm: string;
  /** Whom it is held against; absent of a teacher. */
  readonly against?: RecordedRun;
  /** Who teaches it, opened where it is trained; absent: nobody. */
  readonly teacher?: () => Promise<Teacher>;
  /** What it learned of running text before (pretraining-evidence.ts). */
  readonly pretraining?: () => Promise<Pretraining>;
}

export interface RecordedRun {
  readonly identity: string;
  /** The trained model; trained again where only its record is here. The caller disposes it. */
  open(): Promise<Classifier>;
}

export interface EvidenceBook {
  record(arm: EvidenceArm): Promise<RecordedRun>;
  /** Prints the table of all that is recorded. @throws where the run to be checked was not among the arms. */
  close(): Promise<void>;
}

export function openEvidence(run: Run, options: EvidenceOptions): EvidenceBook {
  const said = new WeakMap<RecordedRun, Promise<Said>>();
  const askOnce = (recorded: RecordedRun): Promise<Said> => {
    const known = said.get(recorded) ?? openAndAsk(recorded, options.tests);
    said.set(recorded, known);
    return known;
  };
  const book = openBook(run, options);
  return {
    record: async (arm) => {
      const identity = identityOfArm(arm, options);
      const steps = hearRun(run, arm);
      const lesson = (): Promise<ClassifierLesson> => lessonOf(arm, options);
      let judged: Promise<JudgedClassifier> | undefined;
      const train = () => (judged ??= lesson().then((own) => trainClassifier({ ...run, emit: steps.emit }, runName(arm), own)));
      const recorded: RecordedRun = { identity, open: async () => openJudged(await train()) };
      await book.record({ ...arm, identity, lesson, evidence: (first) => evidenceFrom(train, { arm, identity, options, askOnce, recorded, first }) }, steps);
      return recorded;
    },
    close: () => book.close(),
  };
}

const metricOfArm = ({ metric, data }: EvidenceArm): ScoreName => metric ?? rankingScores[data.labels.kind][0];

function identityOfArm(arm: EvidenceArm, options: EvidenceOptions): string {
  const { corpus, tokenizer, maxTokens } = arm.corpus;
  return identityOf(options.recipe, arm, {
    origin: arm.origin, objective: described(arm.objective), corpus, tokenizer, maxTokens,
    metric: metricOfArm(arm),
    tests: options.tests.map(({ name, split }) => [name, split.corpus.fingerprint]),
    against: arm.against?.identity ?? null,
    taught: arm.teacher !== undefined,
  });
}

/** Every step is logged, so that the first losses are told one by one. */
async function lessonOf({ student: _student, arm: _arm, against: _against, pretraining: _pretraining, teacher, ...lesson }: EvidenceArm, { tokenizer }: EvidenceOptions): Promise<ClassifierLesson> {
  return { ...lesson, settings: { ...lesson.settings, logEvery: 1 }, tokenizer, ...(teacher && { teacher: await teacher() }) };
}

/** What a model says of the tests, and which model it is. */
interface Said {
  /** [N, C] on each test. */
  readonly answers: readonly Float32Array[];
  readonly hash: string;
}

async function openAndAsk(recorded: RecordedRun, tests: readonly EvidenceTestSet[]): Promise<Said> {
  const model = await recorded.open();
  try {
    const answers: Float32Array[] = [];
    for (const { split } of tests) answers.push(await classLogits(model, split.encoded));
    return { answers, hash: await modelFingerprint(model) };
  } finally {
    model.dispose();
  }
}

interface Finding {
  readonly arm: EvidenceArm;
  readonly identity: string;
  readonly options: EvidenceOptions;
  readonly askOnce: (recorded: RecordedRun) => Promise<Said>;
  readonly recorded: RecordedRun;
  readonly first: FirstSteps;
}

async function evidenceFrom(train: () => Promise<JudgedClassifier>, { arm, identity, options, askOnce, recorded, first }: Finding): Promise<Evidence> {
  const { losses, minutes } = await first(train);
  const judged = await train();
  const { lineage, parameters = 0, bytes = 0, latencyMs = 0 } = judged;
  if (lineage === undefined) throw new Error(`${judged.name}: nothing is known of how it was made`);
  const against = arm.against && (await askOnce(arm.against));
  const { answers, hash } = await openAndAsk(recorded, options.tests);
  const metric = metricOfArm(arm);
  return {
    format: 'retort-evidence-1', recipe: options.recipe, ...keyOf(arm), identity,
    startsAs: lineage.startsAs, objective: lineage.objective, rows: lineage.labelledRows + lineage.unlabelledRows, labelledRows: lineage.labelledRows,
    maxTokens: lineage.maxTokens, steps: lineage.steps, rowsPerStep: lineage.rowsPerStep, learningRate: lineage.learningRate,
    hashes: { corpus: arm.corpus.corpus, tokenizer: arm.corpus.tokenizer, teacher: arm.teacher === undefined ? null : (against?.hash ?? null), model: hash },
    ...surroundings(),
    parameters, bytes, latencyMs: rounded(latencyMs), minutes: rounded(minutes), losses,
    ...(arm.pretraining && { pretraining: await arm.pretraining() }),
    tests: options.tests.map((test, place) => testEvidence(test, { metric, logits: answers[place] ?? new Float32Array(), teacher: against?.answers[place] })),
  };
}

function testEvidence({ name, split, groups }: EvidenceTestSet, { metric, logits, teacher }: { metric: ScoreName; logits: Float32Array; teacher: Float32Array | undefined }): EvidenceTest {
  const { labels, exampleIds } = split.encoded;
  if (labels === undefined) throw new Error(`${name}: a test needs labels`);
  const classes = logits.length / exampleIds.length;
  const chance = chanceScore(metric, labels);
  return {
    name, sha256: split.corpus.fingerprint, examples: exampleIds.length, metric,
    scores: scoresOf(logits, labels, exampleIds),
    ...(chance !== undefined && { chance }),
    // A correlation with a teacher that always says the same is none.
    ...(teacher && { fidelity: Object.fromEntries(Object.entries(fidelityOf(labels.kind, { student: logits, teacher, classes })).filter(([, value]) => Number.isFinite(value))) }),
    ...(labels.kind === 'single-label' && { right: packBits(Array.from(predictedClasses(logits, classes), (answer, row) => answer === labels.indices[row])) }),
    ...(groups && { groupStarts: packBits(groups.map((group, row) => row === 0 || group !== groups[row - 1])) }),
  };
}
