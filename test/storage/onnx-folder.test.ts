import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { findOnnx, fingerprintOnnx } from '../../src/storage/onnx-folder.ts';
import { temporaryFolder } from './temporary-folder.ts';

async function folderWith(t: ExecutionContext, ...files: string[]): Promise<string> {
  const folder = await temporaryFolder(t);
  await mkdir(join(folder, 'onnx'));
  for (const file of files) await writeFile(join(folder, file), file);
  return folder;
}

test('the fullest precision is taken, from either place; else the only file', async (t) => {
  const cases: [files: string[], found: string | undefined][] = [
    [['onnx/model.onnx', 'onnx/model_quantized.onnx'], 'onnx/model.onnx'],
    [['model.onnx', 'config.json'], 'model.onnx'],
    [['onnx/model_quantized.onnx', 'onnx/model_fp16.onnx'], 'onnx/model_fp16.onnx'],
    [['onnx/model_quantized.onnx', 'model_optimized.onnx'], 'model_optimized.onnx'],
    [['classifier.onnx'], 'classifier.onnx'],
    [['config.json'], undefined],
  ];
  for (const [files, found] of cases) {
    const folder = await folderWith(t, ...files);
    t.is((await findOnnx(folder))?.path, found === undefined ? undefined : join(folder, found), files.join());
  }
  t.is(await findOnnx(join(await temporaryFolder(t), 'absent')), undefined);
});

test('several of unusual names are refused by name', async (t) => {
  const folder = await folderWith(t, 'a.onnx', 'onnx/b.onnx');
  await t.throwsAsync(findOnnx(folder), { message: `${folder}: it holds b.onnx, a.onnx; name the one to run model.onnx` });
});

test('weights beside the graph count, in bytes and in the fingerprint', async (t) => {
  const folder = await folderWith(t, 'onnx/model.onnx', 'onnx/model.onnx_data', 'onnx/model_fp16.onnx', 'onnx/model.onnx.txt');
  const file = (await findOnnx(folder))!;
  t.is(file.bytes, 'onnx/model.onnx'.length + 'onnx/model.onnx_data'.length);
  const before = await fingerprintOnnx(folder, file);
  await writeFile(join(folder, 'onnx', 'model.onnx.txt'), 'else');
  t.is(await fingerprintOnnx(folder, file), before);
  await writeFile(join(folder, 'onnx', 'model.onnx_data'), 'else');
  t.not(await fingerprintOnnx(folder, file), before);
});
