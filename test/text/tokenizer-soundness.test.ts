import test from 'ava';
import { checkDefinition } from '../../src/text/tokenizer-soundness.ts';
import { wordPieceDefinition, wordPieceSpecials } from '../../src/text/word-piece.ts';

const sound = wordPieceDefinition([...wordPieceSpecials, 'a'], { lowercase: true }) as unknown as Record<string, unknown> & { post_processor: { special_tokens: Record<string, { id: string; ids: number[]; tokens: string[] }> } };

test('a sound definition is given back as it is', (t) => {
  t.deepEqual(checkDefinition(sound) as unknown, sound);
  t.deepEqual(checkDefinition({ model: {}, added_tokens: null }), { model: {} });
});

test('what would end the process in the native library is refused before', (t) => {
  const template = sound.post_processor;
  const processed = (post_processor: unknown) => () => checkDefinition({ ...sound, post_processor });
  const { '[CLS]': cls, ...others } = template.special_tokens;
  t.throws(processed({ ...template, special_tokens: others }), { message: 'its post_processor uses "[CLS]" and does not describe it among its special_tokens' });
  t.throws(processed({ ...template, special_tokens: { ...others, '[CLS]': { ...cls, ids: [] } } }), { message: 'its post_processor gives "[CLS]" 0 ids for 1 tokens' });
  t.throws(processed({ type: 'Sequence', processors: [{ ...template, special_tokens: others }] }), { message: /uses "\[CLS\]"/ });
  t.throws(processed({ ...template, single: 'x' }), { message: /^its post_processor is no template: single: / });
  const normalized = (normalizer: unknown) => () => checkDefinition({ ...sound, normalizer });
  t.throws(normalized({ type: 'Precompiled' }), { message: /^its normalizer is no table of character replacements: precompiled_charsmap: / });
  t.throws(normalized({ type: 'Precompiled', precompiled_charsmap: 'a b' }), { message: /^its normalizer is no table of character replacements: precompiled_charsmap: / });
  t.throws(normalized({ type: 'Sequence', normalizers: [{ type: 'Precompiled', precompiled_charsmap: 'AAAA' }] }), { message: 'the table of character replacements is damaged: it is cut short' });
  t.throws(() => checkDefinition({ ...sound, added_tokens: '' }), { message: /^is this a tokenizer\.json\? added_tokens: / });
  t.throws(() => checkDefinition({ ...sound, added_tokens: [null] }), { message: /added_tokens\.0: / });
});
