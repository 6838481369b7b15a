import test from 'ava';
import { bilstmConfig, bilstmToJson, parseBilstmConfig, parseBilstmSize } from '../../../src/models/bilstm/config.ts';

const config = bilstmConfig({ units: 64, embeddingWidth: 100, width: 50 }, { vocabulary: 300, padId: 0, positions: 48, task: 'multi-label', labels: ['a', 'b'], pairs: true, dropout: 0.2 });

test('sizes as they are typed', (t) => {
  t.deepEqual(parseBilstmSize('bilstm'), { units: 150, embeddingWidth: 300, width: 200 });
  t.deepEqual(parseBilstmSize('bilstm:64x100'), { units: 64, embeddingWidth: 100, width: 128 });
  t.deepEqual(parseBilstmSize('bilstm:64x100:50'), { units: 64, embeddingWidth: 100, width: 50 });
  for (const wrong of ['lstm', 'bilstm:64', 'bilstm:x3', 'bilstm:1x2:']) t.throws(() => parseBilstmSize(wrong), { message: /is not a BiLSTM; write bilstm, or bilstm:UNITSxEMBEDDING as bilstm:64x100/ });
  t.throws(() => parseBilstmSize('bilstm:0x4'), { message: /every number of a BiLSTM must be at least 1/ });
});

test('config.json and back, with fields of others kept', (t) => {
  const json = { ...bilstmToJson(config), note: 'kept' };
  const parsed = parseBilstmConfig(JSON.parse(JSON.stringify(json)), 'config.json');
  t.deepEqual({ ...parsed, source: {} }, config);
  t.like(bilstmToJson(parsed), { note: 'kept', model_type: 'bilstm', lstm_units: 64, embedding_size: 100, hidden_size: 50, text_pairs: true, problem_type: 'multi_label_classification' });
});

test('a field that is missing or out of range is named', (t) => {
  const { lstm_units: _units, ...less } = bilstmToJson(config);
  t.throws(() => parseBilstmConfig(less, 'x/config.json'), { message: /^x\/config\.json: .*lstm_units/ });
  t.throws(() => parseBilstmConfig({ ...bilstmToJson(config), pad_token_id: 300 }, 'x/config.json'), { message: 'x/config.json: pad_token_id 300 lies outside a vocabulary of 300' });
});
