import test from 'ava';
import { openJsonl, readJsonl } from '../../src/text/jsonl.ts';
import type { RowOptions } from '../../src/text/example-row.ts';
import { textFolder } from './text-folder.ts';

const { put } = await textFolder();
let files = 0;
const open = async (content: string | Uint8Array, options: Partial<RowOptions> = {}) => openJsonl(await put(`f${(files += 1)}.jsonl`, content), { text: 'text', split: 'train', name: 'toy', ...options });

test('fields are columns; blank lines are passed over but counted', async (t) => {
  const corpus = await open('\uFEFF{"text": "tab\\tand \\"quote\\"", "also": "b", "label": "x"}\r\n\n{"label": "y", "text": "ü\\u00fc", "also": ""  , "more": [1]}', { pair: 'also', label: 'label', damaged: 'tolerate' });
  t.deepEqual(corpus.examples, [
    { id: 'train-1', text: 'tab\tand "quote"', pair: 'b', label: 'x' },
    { id: 'train-3', text: 'üü', pair: '', label: 'y' },
  ]);
  t.deepEqual(corpus.labels, { kind: 'single-label', names: ['x', 'y'] });
});

test('labels are names, numbers, truths or lists; ids are texts or numbers', async (t) => {
  const labelsOf = async (options: Partial<RowOptions>, ...labels: string[]) => (await open(labels.map((label, i) => `{"text":"a","id":${i},"label":${label}}\n`).join(''), { label: 'label', id: 'id', ...options })).examples.map(({ label }) => label);
  t.deepEqual(await labelsOf({}, '1', '0', 'true', '" a "'), ['1', '0', 'true', 'a']);
  t.deepEqual(await labelsOf({ labels: { kind: 'single-label', names: ['no', 'yes'] }, written: ['0', '1'] }, '1', '"0"'), ['yes', 'no']);
  t.deepEqual(await labelsOf({ labels: { kind: 'regression' } }, '1e-3', '"2.5"', '-4'), [0.001, 2.5, -4]);
  t.deepEqual(await labelsOf({ labels: { kind: 'multi-label', names: ['a', 'b'] } }, '["b","a"]', '[]', '"a, b"'), [['b', 'a'], [], ['a', 'b']]);
  t.deepEqual((await open('{"text":"a","id":7}\n{"text":"a","id":"seven"}\n', { id: 'id' })).examples.map(({ id }) => id), ['7', 'seven']);
});

test('what labels are shows: lists are several classes; or it is said, and the names are found', async (t) => {
  const spaceOf = async (options: Partial<RowOptions>, ...labels: string[]) => (await open(labels.map((label) => `{"text":"a","label":${label}}\n`).join(''), { label: 'label', ...options })).labels;
  t.deepEqual(await spaceOf({}, '["b",2]', '[]', '["a"]'), { kind: 'multi-label', names: ['2', 'a', 'b'] });
  t.deepEqual(await spaceOf({ labelKind: 'multi-label' }, '"b, a"', '["c"]'), { kind: 'multi-label', names: ['a', 'b', 'c'] });
  t.deepEqual(await spaceOf({ labelKind: 'regression' }, '1', '"2.5"'), { kind: 'regression' });
});

const refused: { name: string; content: string | Uint8Array; options?: Partial<RowOptions>; message: RegExp }[] = [
  { name: 'a missing field', content: '{"text":"a"}\n{"words":"b","label":1}\n', message: /\.jsonl:2: no field "text"; the fields are "words", "label": name one of these$/ },
  { name: 'an inherited field', content: '{"words":"b"}\n', options: { text: 'constructor' }, message: /:1: no field "constructor"/ },
  { name: 'a number for a field', content: '{"text":"a"}\n', options: { label: 2 }, message: /: column number 2 asked of JSON lines; give the name of a field$/ },
  { name: 'a text that is none', content: '{"text":5}\n', message: /:1: field "text" holds 5 where a text is wanted; put it in double quotes$/ },
  { name: 'an empty text', content: '{"text":" "}\n', message: /:1: column "text" holds no text; remove the line or fill it in$/ },
  { name: 'half a character', content: '{"text":"a\\ud800"}\n', message: /:1: field "text" holds half a character \(a lone surrogate\); remove it$/ },
  { name: 'a list', content: '["a"]\n', message: /:1: \["a"\] is not an object; write each example as \{"text": "…", "label": "…"\}$/ },
  { name: 'a line that is no JSON', content: '{"text":"a"}\n{"text":"a",}\n', message: /:2:13: not valid JSON: a key in double quotes is missing; every line must be one whole object$/ },
  { name: 'two objects on a line', content: '{"text":"a"} {"text":"b"}\n', message: /:1:14: not valid JSON: something follows the end of the value; every line/ },
  { name: 'a file cut inside its last line', content: '{"text":"a"}\n{"text":"b', message: /:2: the file ends inside this line: was it cut short\? Copy it again, or remove the line$/ },
  { name: 'a NaN score', content: '{"text":"a","score":NaN}\n', options: { label: 'score', labels: { kind: 'regression' } }, message: /:1: NaN is not a number of JSON; write a finite number, or remove the line$/ },
  { name: 'a score beyond all numbers', content: '{"text":"a","score":1e999}\n', options: { label: 'score', labels: { kind: 'regression' } }, message: /:1: label Infinity is not a number; write the score as 3\.5, or remove the line$/ },
  { name: 'a null label', content: '{"text":"a","label":null}\n', options: { label: 'label' }, message: /:1: no label; label the row or open the file without a label column$/ },
  { name: 'an unknown label', content: '{"text":"a","label":"c"}\n', options: { label: 'label', labels: { kind: 'single-label', names: ['a', 'b'] } }, message: /:1: label "c" is none of the known labels: a, b; correct it, or name it among the labels$/ },
  { name: 'a list where one class is wanted', content: '{"text":"a","label":["a"]}\n', options: { label: 'label', labelKind: 'single-label' }, message: /:1: a list of labels where one class name is wanted/ },
  { name: 'an object for a label', content: '{"text":"a","label":{}}\n', options: { label: 'label' }, message: /:1: label \{\} is neither a text, a number nor a list of them$/ },
  { name: 'no list where several classes may hold', content: '{"text":"a","label":null}\n', options: { label: 'label', labelKind: 'multi-label' }, message: /:1: no labels; write \[\] where no class holds$/ },
  { name: 'lists beside single labels', content: '{"text":"a","label":["a"]}\n{"text":"b","label":"b"}\n', options: { label: 'label' }, message: /jsonl: example train-2 has one label, but those before it have lists; write all alike$/ },
  { name: 'an id that stands twice', content: '{"text":"a","id":1}\n\n{"text":"b","id":"1"}\n', options: { id: 'id' }, message: /:3: id "1" already stands on line 1; ids must differ$/ },
  { name: 'an id that is none', content: '{"text":"a","id":null}\n', options: { id: 'id' }, message: /:1: id null is neither a text nor a number$/ },
  { name: 'bytes that are not UTF-8', content: Buffer.from([...Buffer.from('{"text":"'), 0xff, 0x22, 0x7d]), message: /:1: not valid UTF-8/ },
  { name: 'an empty file', content: '\n\n', message: /no examples; the file holds no row with text/ },
];
for (const { name, content, options, message } of refused) {
  test(`${name} is refused with its place`, async (t) => {
    await t.throwsAsync(open(content, options), { message });
  });
}

test('examples stream: the first comes before a fault further down is met', async (t) => {
  const examples = readJsonl(await put('stream.jsonl', '{"text":"a"}\n{'), { text: 'text' });
  t.deepEqual((await examples.next()).value, { id: 'stream-1', text: 'a' });
  await t.throwsAsync(async () => examples.next(), { message: /:2: the file ends inside this line/ });
});
