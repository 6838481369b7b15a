/**
 * Runs of a recipe as evidence: each student, arm and seed is trained once, resumable like any stage, and recorded as a small JSON
 * (report/evidence-file.ts). What is recorded with the same identity is not run again, on whatever machine it ran; what was recorded
 * with other settings is never overwritten. With `check` nothing is recorded: one run's first steps are done again and compared.
 */
import { basename, join } from 'node:path';
import { engineFacts } from '../engine/engine.ts';
import { predictedClasses } from '../evaluate/classification.ts';
import { fidelityOf } from '../evaluate/fidelity.ts';
import { chanceScore } from '../evaluate/retention.ts';
import { rankingScores, type ScoreName, scoresOf } from '../evaluate/score.ts';
import type { Model } from '../models/model.ts';
import { described } from '../objectives/objective.ts';
import { type Evidence, evidenceOf, evidencePath, type EvidenceTest, readEvidence, writeEvidence } from '../report/evidence-file.ts';
import { evidenceTable } from '../report/evidence-table.ts';
import { packBits } from '../storage/bit-text.ts';
import { fingerprint } from '../storage/hash.ts';
import { classLogits } from '../teacher/label-corpus.ts';
import { modelFingerprint } from '../teacher/labeller.ts';
import type { Teacher } from '../teacher/teacher.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import { type ClassifierLesson, type JudgedClassifier, openJudged, trainClassifier } from './classifier.ts';
import type { EncodedSplit } from './classifier-corpus.ts';
import { checkFirstLosses, firstSteps, hearSteps } from './first-losses.ts';
import { machine, type Run, versions } from './run.ts';

export interface EvidenceOptions {
  /** Names the folder of its runs. */
  readonly recipe: string;
  /** Where the runs of all recipes are recorded. */
  readonly results: string;
  /** A recorded run, as 'cut-pkd-seed1', whose first steps are to be done again. */
  readonly check?: string | undefined;
  /** The arm that others are held against. */
  readonly baseline: string;
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
}

export interface RecordedRun {
  readonly identity: string;
  /** The trained model; trained again where only its record is here. The caller disposes it. */
  open(): Promise<Model>;
}

export interface EvidenceBook {
  record(arm: EvidenceArm): Promise<RecordedRun>;
  /** Prints the table of all that is recorded. @throws where the run to be checked was not among the arms. */
  close(): Promise<void>;
}

export function openEvidence(run: Run, options: EvidenceOptions): EvidenceBook {
  const { recipe, results, check, baseline } = options;
  const said = new WeakMap<RecordedRun, Promise<Said>>();
  let checked = false;
  const askOnce = (recorded: RecordedRun): Promise<Said> => {
    const known = said.get(recorded) ?? openAndAsk(recorded, options.tests);
    said.set(recorded, known);
    return known;
  };

  return {
    record: async (arm) => {
      const identity = identityOf(arm, options);
      const path = evidencePath(results, { recipe, ...keyOf(arm) });
      const name = `${arm.student === arm.arm ? arm.arm : `${arm.student} ${arm.arm}`}, seed ${arm.settings.seed}`;
      let judged: Promise<JudgedClassifier> | undefined;
      const train = (heard = hearSteps(run, name)) => (judged ??= lessonOf(arm, options).then((own) => trainClassifier({ ...run, emit: heard.emit }, name, own)));
      const recorded: RecordedRun = { identity, open: async () => openJudged(await train()) };

      const found = await readEvidence(path);
      if (found !== undefined && found.identity !== identity) throw new Error(`${path}: it was recorded with other settings, corpora or models than these; give another folder (--set results=FOLDER), or delete the file to replace it`);
      if (check !== undefined) {
        if (check !== basename(path, '.json')) return recorded;
        if (found === undefined) throw new Error(`${path}: there is no such run to check; run the recipe without check first`);
        await checkFirstLosses(run, name, await lessonOf(arm, options), found);
        checked = true;
        return recorded;
      }
      if (found !== undefined) {
        run.say(`${name}: recorded before in ${path}`);
        return recorded;
      }
      const steps = hearSteps(run, name);
      const done = await train(steps);
      const evidence = await evidenceFrom(done, { arm, identity, options, askOnce, recorded, ...(await firstSteps(run, name, { steps, rows: arm.settings.rows })) });
      await writeEvidence(results, evidence);
      run.say(`${name}: ${evidence.tests.map((test) => `${test.name} ${((test.scores[test.metric] ?? NaN) * 100).toFixed(1)}`).join(', ')}; recorded in ${path}`);
      return recorded;
    },
    close: async () => {
      if (check === undefined) run.say(`\n${evidenceTable(await evidenceOf(results, recipe), { baseline })}`);
      else if (!checked) throw new Error(`check ${check}: there is no such run among the arms; a run is called as its file in ${join(results, recipe)}, without .json`);
    },
  };
}

const keyOf = ({ student, arm, settings: { seed } }: EvidenceArm) => ({ student, arm, seed });

const metricOfArm = ({ metric, data }: EvidenceArm): ScoreName => metric ?? rankingScores[data.labels.kind][0];

/** Everything that determines the numbers, but for the engine. */
function identityOf(arm: EvidenceArm, options: EvidenceOptions): string {
  const { checkpointEvery: _checkpoint, logEvery: _log, ...settings } = arm.settings;
  const { corpus, tokenizer, maxTokens } = arm.corpus;
  return fingerprint({
    recipe: options.recipe, student: arm.student, arm: arm.arm, origin: arm.origin, objective: described(arm.objective), settings, corpus, tokenizer, maxTokens,
    metric: metricOfArm(arm),
    tests: options.tests.map(({ name, split }) => [name, split.corpus.fingerprint]),
    against: arm.against?.identity ?? null,
    taught: arm.teacher !== undefined,
  });
}

/** Every step is logged, so that the first losses are told one by one. */
async function lessonOf({ student: _student, arm: _arm, against: _against, teacher, ...lesson }: EvidenceArm, { tokenizer }: EvidenceOptions): Promise<ClassifierLesson> {
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
  readonly losses: readonly number[];
  readonly minutes: number;
}

async function evidenceFrom(judged: JudgedClassifier, { arm, identity, options, askOnce, recorded, losses, minutes }: Finding): Promise<Evidence> {
  const { lineage, parameters = 0, bytes = 0, latencyMs = 0 } = judged;
  if (lineage === undefined) throw new Error(`${judged.name}: nothing is known of how it was made`);
  const against = arm.against && (await askOnce(arm.against));
  const { answers, hash } = await openAndAsk(recorded, options.tests);
  const { engine, device, precision, threads, library, buildId } = engineFacts();
  const metric = metricOfArm(arm);
  return {
    format: 'retort-evidence-1', recipe: options.recipe, ...keyOf(arm), identity,
    startsAs: lineage.startsAs, objective: lineage.objective, rows: lineage.labelledRows + lineage.unlabelledRows, labelledRows: lineage.labelledRows,
    maxTokens: lineage.maxTokens, steps: lineage.steps, rowsPerStep: lineage.rowsPerStep, learningRate: lineage.learningRate,
    hashes: { corpus: arm.corpus.corpus, tokenizer: arm.corpus.tokenizer, teacher: arm.teacher === undefined ? null : (against?.hash ?? null), model: hash },
    engine: { engine, device, precision, threads, ...(library !== undefined && { library }), ...(buildId !== undefined && { buildId }) },
    versions: versions(), machine: machine(),
    parameters, bytes, latencyMs: rounded(latencyMs), minutes: rounded(minutes), losses: [...losses],
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

const rounded = (value: number): number => Number(value.toPrecision(4));
