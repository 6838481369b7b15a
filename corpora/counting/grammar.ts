// The grammar of the counting corpus: one sentence and its translation, English and German, built together from one meaning.
// What has to be learned: numbers are spelled in another order (twenty-three, dreiundzwanzig), words are joined (two hundred, zweihundert),
// the verb follows its subject's number and stands second, and times of day stand elsewhere. It takes chance only from what it is given.

export interface Pair {
  readonly english: string;
  readonly german: string;
}

export type Pick = <T>(from: readonly T[]) => T;

const subjects = [
  { english: 'I', german: 'ich', plural: false },
  { english: 'my sister', german: 'meine Schwester', plural: false },
  { english: 'the farmer', german: 'der Bauer', plural: false },
  { english: 'we', german: 'wir', plural: true },
  { english: 'the children', german: 'die Kinder', plural: true },
  { english: 'our neighbours', german: 'unsere Nachbarn', plural: true },
] as const;

/** In the past: English, German in the singular and in the plural. */
const verbs = [['saw', 'sah', 'sahen'], ['bought', 'kaufte', 'kauften'], ['counted', 'zählte', 'zählten'], ['found', 'fand', 'fanden'], ['sold', 'verkaufte', 'verkauften'], ['carried', 'trug', 'trugen']] as const;
const adjectives = [['red', 'rote'], ['small', 'kleine'], ['old', 'alte'], ['new', 'neue'], ['green', 'grüne'], ['heavy', 'schwere']] as const;
const nouns = [['apples', 'Äpfel'], ['books', 'Bücher'], ['stones', 'Steine'], ['keys', 'Schlüssel'], ['letters', 'Briefe'], ['cups', 'Tassen'], ['boats', 'Boote'], ['birds', 'Vögel']] as const;
const times = [['yesterday', 'gestern'], ['on Monday', 'am Montag'], ['in the morning', 'am Morgen'], ['last summer', 'im letzten Sommer']] as const;

const units = [['', ''], ['one', 'ein'], ['two', 'zwei'], ['three', 'drei'], ['four', 'vier'], ['five', 'fünf'], ['six', 'sechs'], ['seven', 'sieben'], ['eight', 'acht'], ['nine', 'neun']] as const;
const teens = [['ten', 'zehn'], ['eleven', 'elf'], ['twelve', 'zwölf'], ['thirteen', 'dreizehn'], ['fourteen', 'vierzehn'], ['fifteen', 'fünfzehn'], ['sixteen', 'sechzehn'], ['seventeen', 'siebzehn'], ['eighteen', 'achtzehn'], ['nineteen', 'neunzehn']] as const;
const tens = [['', ''], ['', ''], ['twenty', 'zwanzig'], ['thirty', 'dreißig'], ['forty', 'vierzig'], ['fifty', 'fünfzig'], ['sixty', 'sechzig'], ['seventy', 'siebzig'], ['eighty', 'achtzig'], ['ninety', 'neunzig']] as const;

/** From 2 to 999, but for 101, 201 and so on, whose German depends on what follows. */
export function numberWords(value: number): Pair {
  const [hundreds, rest] = [Math.floor(value / 100), value % 100];
  if (!Number.isInteger(value) || value < 2 || value > 999 || rest === 1) throw new Error(`${value} is not counted to here`);
  const small = belowHundred(rest);
  if (hundreds === 0) return small;
  const [english, german] = units[hundreds]!;
  return { english: `${english} hundred${rest === 0 ? '' : ` and ${small.english}`}`, german: `${german}hundert${small.german}` };
}

function belowHundred(value: number): Pair {
  const [ten, unit] = [Math.floor(value / 10), value % 10];
  const [english, german] = ten === 1 ? teens[unit]! : units[unit]!;
  if (ten < 2) return { english, german };
  const [tenEnglish, tenGerman] = tens[ten]!;
  return unit === 0 ? { english: tenEnglish, german: tenGerman } : { english: `${tenEnglish}-${english}`, german: `${german}und${tenGerman}` };
}

export function sentence(pick: Pick, number: number): Pair {
  const count = numberWords(number);
  const [subject, verb, noun] = [pick(subjects), pick(verbs), pick(nouns)];
  const [time, adjective] = [pick([undefined, ...times]), pick([undefined, undefined, ...adjectives])];
  const [things, dinge] = [0, 1].map((side) => [side === 0 ? count.english : count.german, ...(adjective ? [adjective[side]!] : []), noun[side]!].join(' ')) as [string, string];
  const german = verb[subject.plural ? 2 : 1];
  if (time === undefined) return closed(`${subject.english} ${verb[0]} ${things}`, `${subject.german} ${german} ${dinge}`);
  // Put first it turns subject and verb round in German; left to the end it moves to the middle there.
  return pick([true, false])
    ? closed(`${time[0]} ${subject.english} ${verb[0]} ${things}`, `${time[1]} ${german} ${subject.german} ${dinge}`)
    : closed(`${subject.english} ${verb[0]} ${things} ${time[0]}`, `${subject.german} ${german} ${time[1]} ${dinge}`);
}

function closed(english: string, german: string): Pair {
  const capital = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
  return { english: capital(english), german: capital(german) };
}
