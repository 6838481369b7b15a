/**
 * `retort list`: what there is to choose from, by name and with the papers: objectives, strategies, models, corpora, engines.
 */
import { Argument, type Command } from 'commander';
import { engineDescriptions } from '../../engine/engine.ts';
import { bilstmFamily, bilstmPaper } from '../../models/bilstm/config.ts';
import { families } from '../../models/families.ts';
import { seq2seqFamilies } from '../../models/seq2seq/families.ts';
import type { Wants } from '../../models/output.ts';
import { objectiveCatalogue } from '../../objectives/catalogue.ts';
import type { Paper } from '../../objectives/objective.ts';
import { formatTable } from '../../report/table.ts';
import { strategyCatalogue } from '../../strategies/catalogue.ts';
import { knownCorpora } from '../corpus-catalogue.ts';
import type { Door } from '../door.ts';

/** One kind of thing: for machines as it is, for people as a table. */
interface Listing {
  readonly entries: readonly object[];
  readonly headers: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const listings = { objectives, strategies, models, corpora, engines } satisfies Record<string, () => Listing>;
type Kind = keyof typeof listings;

export function addList(program: Command, door: Door): void {
  const kinds = Object.keys(listings) as Kind[];
  program
    .command('list')
    .description('show what there is: objectives, strategies, models, corpora, engines')
    .addArgument(new Argument('[kind]', 'only these').choices(kinds))
    .addHelpText('after', '\nExample:\n  $ retort list objectives\n')
    .action((kind?: Kind) => {
      const console = door.console();
      const shown = (kind === undefined ? kinds : [kind]).map((name) => ({ name, ...listings[name]() }));
      for (const [index, { name, headers, rows }] of shown.entries()) {
        if (shown.length > 1) console.say(`${index > 0 ? '\n' : ''}${name}\n`);
        console.say(formatTable(headers, rows));
      }
      console.answer(Object.fromEntries(shown.map(({ name, entries }) => [name, entries])));
    });
}

const cited = ({ authors, year, id }: Paper): string => `${authors} ${year} (${id})`;
const wanted = (wants: Wants): string => Object.keys(wants).join(', ') || 'nothing';

function objectives(): Listing {
  const entries = Object.entries(objectiveCatalogue).map(([name, make]) => {
    const { settings = {}, wants, paper } = make();
    return { name, settings, wants, paper };
  });
  return {
    entries,
    headers: ['objective', 'wants of the teacher', 'settings by default', 'paper'],
    rows: entries.map(({ name, settings, wants, paper }) => [name, wanted(wants.teacher), Object.entries(settings).map(([setting, value]) => `${setting} ${value}`).join(', ') || '–', cited(paper)]),
  };
}

function strategies(): Listing {
  const entries = Object.entries(strategyCatalogue).map(([name, { what, paper }]) => ({ name, what, paper }));
  return { entries, headers: ['strategy', 'what', 'paper'], rows: entries.map(({ name, what, paper }) => [name, what, cited(paper)]) };
}

function models(): Listing {
  const entries = [
    ...Object.entries(families).map(([name, { what, paper }]) => ({ name, what, paper })),
    ...Object.entries(seq2seqFamilies).map(([name, { what, paper }]) => ({ name, what, paper })),
    { name: bilstmFamily, what: 'word vectors, one LSTM either way; a student alone, leaves as ONNX', paper: bilstmPaper },
  ];
  return { entries, headers: ['model_type', 'what', 'paper'], rows: entries.map(({ name, what, paper }) => [name, what, cited(paper)]) };
}

function corpora(): Listing {
  const entries = knownCorpora();
  return {
    entries,
    headers: ['corpus', 'read as', 'labels', 'scored by', 'paper'],
    rows: entries.map(({ name, given, labels, metrics, paper }) => [name, given, labels, metrics.join(', '), paper === undefined ? 'made for this project' : cited(paper)]),
  };
}

function engines(): Listing {
  const entries = engineDescriptions();
  return { entries, headers: ['engine', 'what'], rows: entries.map(({ engine, what }) => [engine, what]) };
}
