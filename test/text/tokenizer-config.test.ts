import test from 'ava';
import { configBeside, readTokenizerConfig, specialTokensMap } from '../../src/text/tokenizer-config.ts';
import { wordPieceDefinition, wordPieceSpecials } from '../../src/text/word-piece.ts';

const definition = wordPieceDefinition(wordPieceSpecials, { lowercase: false, stripAccents: true, splitChinese: false });

test('without files, BERT tokens are known and the settings say how the text is normalised', (t) => {
  const config = readTokenizerConfig(definition, undefined, undefined);
  const tokens = { pad_token: '[PAD]', unk_token: '[UNK]', cls_token: '[CLS]', sep_token: '[SEP]', mask_token: '[MASK]' };
  t.deepEqual(specialTokensMap(config), tokens);
  t.deepEqual(configBeside(definition, config), {
    ...tokens,
    do_lower_case: false,
    strip_accents: true,
    tokenize_chinese_chars: false,
    model_max_length: 512,
    tokenizer_class: 'BertTokenizer',
  });
});

test('published names win over usual ones, the config over the map, strings and objects alike', (t) => {
  const published = { pad_token: { content: '<blank>', lstrip: false }, mask_token: null };
  const { specialTokens } = readTokenizerConfig(definition, published, { pad_token: '<other>', eos_token: '<end>' });
  t.like(specialTokens, { pad: '<blank>', eos: '<end>', mask: '[MASK]' });
});

test('published fields are kept, but for settings of one call, paths and foreign code; the normaliser is not believed twice', (t) => {
  const published = {
    source_lang: 'en',
    do_lower_case: true,
    tokenizer_class: 'MarianTokenizer',
    model_max_length: 256,
    max_length: 128,
    truncation_strategy: 'longest_first',
    name_or_path: 'home/someone/model',
    auto_map: { AutoTokenizer: 'code.py' },
  };
  const config = readTokenizerConfig(definition, published, undefined);
  const written = configBeside(definition, config);
  t.like(written, { source_lang: 'en', do_lower_case: false, tokenizer_class: 'MarianTokenizer', model_max_length: 256 });
  for (const field of ['max_length', 'truncation_strategy', 'name_or_path', 'auto_map']) t.false(field in written, field);
  t.like(configBeside(definition, config, { maxTokens: 64, tokenizerClass: 'DistilBertTokenizer' }), {
    model_max_length: 64,
    tokenizer_class: 'DistilBertTokenizer',
  });
});
