/**
 * Teacher assistants: models of sizes in between, each taught by the one above it and teaching the one below; what the last of them says
 * replaces the teacher's answers. Any path downward will do, several steps do no harm. Mirzadeh et al. 2020, arXiv 1902.03393.
 */
import { join } from 'node:path';
import { isEncoder } from '../models/families.ts';
import { freshModel, type Model } from '../models/model.ts';
import { freshConfig, parseSize } from '../models/size.ts';
import { labelCorpus } from '../teacher/label-corpus.ts';
import { recordedTeacher } from '../teacher/recorded.ts';
import { liveTeacher, type Teacher } from '../teacher/teacher.ts';
import type { Lesson, Strategy } from './plain.ts';

/** A size, as '4x256': a fresh model of the student's family, head and vocabulary, drawn by the lesson's seed. Or how to make it; `name` tells it apart. */
export type Assistant = string | { readonly name: string; readonly start: () => Model | Promise<Model> };

export interface TeacherAssistantOptions {
  /** Folder of label stores: an assistant then answers once for the whole corpus, where the objective listens to class logits alone. Default: it is asked in every step. */
  readonly labels?: string;
}

/** Gives the lesson to each assistant in turn, then to the student; every hop is the given strategy with the lesson's objective. */
export function teacherAssistants(assistants: readonly Assistant[], { labels }: TeacherAssistantOptions = {}): (strategy: Strategy) => Strategy {
  return (strategy) => async (lesson) => {
    if (lesson.teacher === undefined) throw new Error('assistants stand between a teacher and a student, but there is no teacher');
    let speaking: Model | undefined;
    let { teacher }: { teacher: Teacher } = { teacher: lesson.teacher };
    try {
      for (const [index, assistant] of assistants.entries()) {
        const name = typeof assistant === 'string' ? assistant : assistant.name;
        const hop = { name: `assistant ${index + 1} (${name})`, folder: `assistant-${index + 1}-${name.replaceAll(/[^a-z0-9]+/gi, '-')}`, above: assistants.slice(0, index) };
        const student = typeof assistant === 'string' ? freshAssistant(assistant, lesson) : await assistant.start();
        let outcome;
        try {
          outcome = await strategy(hopLesson({ ...lesson, student, teacher }, hop));
        } catch (error) {
          student.dispose();
          throw error;
        }
        speaking?.dispose();
        speaking = student;
        if (outcome.stopped === 'interrupted') return outcome;
        teacher = labels === undefined ? liveTeacher(student, { name: hop.name }) : recordedTeacher(await labelCorpus(student, lesson.corpus, { root: labels, signal: lesson.hooks.signal }));
      }
      return await strategy(hopLesson({ ...lesson, teacher }, { folder: 'student', above: assistants }));
    } finally {
      speaking?.dispose();
    }
  };
}

interface Hop {
  /** Of the events; absent: the student's own. */
  readonly name?: string;
  readonly folder: string;
  /** Assistants between this one and the teacher. */
  readonly above: readonly Assistant[];
}

function hopLesson(lesson: Lesson, { name, folder, above }: Hop): Lesson {
  const { run, checkpoints, identity } = lesson.hooks;
  const assistants = above.map((assistant) => (typeof assistant === 'string' ? assistant : assistant.name)).join(' > ');
  return {
    ...lesson,
    hooks: {
      ...lesson.hooks,
      run: name === undefined ? run : `${run}: ${name}`,
      checkpoints: checkpoints && join(checkpoints, folder),
      identity: { ...identity, ...(assistants !== '' && { assistants }) },
    },
  };
}

function freshAssistant(size: string, { student: { config }, settings: { seed } }: Lesson): Model {
  if (!isEncoder(config)) throw new Error(`an assistant given by its size is an encoder as the student is, but that one is a ${config.family}: say how to make it`);
  const { family, vocabulary, padId, positions, task, labels, hiddenDropout: dropout } = config;
  return freshModel(freshConfig(parseSize(size), { family, vocabulary, padId, positions, task, labels, dropout }), { seed });
}
