import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import * as os from 'node:os';
import { join } from 'node:path';
import { cacheFolder, homeFolder } from '../../lib/base/cacheFolder';
import { makeFolder } from '../../lib/base/makeFolder';
import { openClipCache } from '../../lib/dataset/cache/openClipCache';
import { locateLibTorch } from '../../lib/libtorch/find/locate';
import { pythonInstalls } from '../../lib/libtorch/find/pythonInstalls';
import { planFolder } from '../../lib/model/planFolder';
import { temporaryFolder } from '../support/temporaryFolder';

jest.mock('node:os', () => {
  const real = jest.requireActual('node:os');
  return { ...real, homedir: jest.fn(real.homedir) };
});

const folder = temporaryFolder();
const { env } = process;

beforeEach(() => {
  process.env = { PATH: '' };
  // As for a user number that the system has no entry of.
  jest.mocked(os.homedir).mockImplementation(() => {
    throw Object.assign(new Error('uv_os_homedir returned ENOENT'), { code: 'ERR_SYSTEM_ERROR' });
  });
});
afterEach(() => {
  process.env = env;
});

const warnings = async (work: () => Promise<unknown>): Promise<string[]> => {
  const spy = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
  try {
    await work();
    return spy.mock.calls.map(([warning]) => String(warning));
  } finally {
    spy.mockRestore();
  }
};

test('there is no cache folder, which is said, and what is optional does without', async () => {
  expect(homeFolder()).toBeNull();
  expect(() => cacheFolder()).toThrow(/^expected a home folder.*KINETORCH_CACHE/);
  expect(await planFolder()).toBe('');
  expect(pythonInstalls()).toEqual([]);
  const { found, tried } = locateLibTorch();
  expect(found).toBeNull();
  expect(tried.find(({ source }) => source === 'cache')?.reason).toMatch(/home folder/);
  const said = await warnings(async () => {
    expect((await openClipCache({ where: 'disk' }))?.constructor.name).toBe('MemoryClipCache');
  });
  expect(said).toEqual([expect.stringMatching(/^decoded clips are kept in memory: .*home folder/)]);
});

test('nor where it cannot be made; a folder that was asked for is another matter', async () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  for (const cache of [join(file, 'cache'), ...(process.platform === 'linux' ? ['/proc/kinetorch'] : [])]) {
    process.env.KINETORCH_CACHE = cache;
    expect(await planFolder()).toBe('');
    await warnings(async () => expect((await openClipCache({ where: 'disk' }))?.hasRoom(1)).toBe(true));
    await expect(planFolder(cache)).rejects.toMatchObject({ code: 'ERR_FILE_ACCESS' });
    await expect(openClipCache({ where: 'disk', folder: cache })).rejects.toMatchObject({ code: 'ERR_FILE_ACCESS' });
  }
});

test('folders are made with those above them', async () => {
  await makeFolder(join(folder, 'a', 'b', 'c'));
  await makeFolder(join(folder, 'a', 'b', 'c'));
  expect(readdirSync(join(folder, 'a', 'b'))).toEqual(['c']);
  mkdirSync(join(folder, 'd'));
  await makeFolder(join(folder, 'd'));
});
