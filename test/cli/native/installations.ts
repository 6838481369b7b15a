// Folders that look like installations of LibTorch, and commands that answer like cmake and its kin: files of a few bytes.
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

export interface Laid {
  readonly version?: string;
  readonly cuda?: boolean;
  /** Where the version stood until 2.8. */
  readonly oldHeader?: boolean;
  readonly libraries?: string;
  readonly cmake?: string;
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

/** Headers and libraries below `root`; an empty `libraries` leaves the latter out. */
export async function layLibtorch(root: string, { version = '2.13.0', cuda = false, oldHeader = false, libraries = 'lib', cmake }: Laid = {}): Promise<string> {
  const [major, minor, patch] = version.split('.');
  const text = `#pragma once\n#define TORCH_VERSION_MAJOR ${major ?? ''}\n#define TORCH_VERSION_MINOR ${minor ?? ''}\n#define TORCH_VERSION_PATCH ${patch ?? ''}\n`;
  await write(join(root, 'include', ...(oldHeader ? ['torch', 'csrc', 'api', 'include', 'torch'] : ['torch', 'headeronly']), 'version.h'), text);
  const names = ['torch', 'torch_cpu', 'c10', ...(cuda ? ['torch_cuda', 'c10_cuda'] : [])];
  if (libraries !== '') for (const name of names) await write(join(root, libraries, `lib${name}.so`), '');
  if (cmake !== undefined) await write(join(root, 'share', 'cmake', 'Torch', 'TorchConfig.cmake'), cmake);
  return root;
}

/** A folder of commands for a PATH; each is the body of a shell script. */
export async function layCommands(folder: string, commands: Readonly<Record<string, string>>): Promise<string> {
  await mkdir(folder, { recursive: true });
  for (const [name, body] of Object.entries(commands)) {
    await writeFile(join(folder, name), `#!/bin/sh\n${body}\n`);
    await chmod(join(folder, name), 0o755);
  }
  return folder;
}
