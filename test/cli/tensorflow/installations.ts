// Folders that look like Python's package tensorflow: files of a few bytes.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

export interface LaidTensorflow {
  readonly version?: string | undefined;
  readonly cuda?: boolean;
  readonly headers?: boolean;
  readonly libraries?: readonly string[];
}

/** Below `site`, as pip lays it; gives the package's folder. */
export async function layTensorflow(site: string, { version = '2.21.0', cuda = false, headers = true, libraries = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'] }: LaidTensorflow = {}): Promise<string> {
  const write = async (path: string, text: string) => {
    await mkdir(dirname(join(site, path)), { recursive: true });
    await writeFile(join(site, path), text);
  };
  for (const library of libraries) await write(`tensorflow/${library}`, 'a library');
  if (headers) await write('tensorflow/include/tensorflow/c/eager/c_api.h', '// a header');
  await write('tensorflow/python/platform/build_info.py', `build_info = collections.OrderedDict([('is_cuda_build', ${cuda ? 'True' : 'False'}), ('is_rocm_build', False)])`);
  await write(`tensorflow${cuda ? '' : '_cpu'}-${version}.dist-info/METADATA`, '');
  return join(site, 'tensorflow');
}
