import { existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { verifyInstall } from '../../lib/libtorch/find/marker';
import { installWheel } from '../../lib/libtorch/install/install';
import { libraryPath, type Members, recordOf, wheelMembers, zipOf } from '../support/fakeWheel';
import { makeSandbox, put, silent } from '../support/sandbox';

let sandbox: ReturnType<typeof makeSandbox>;
let folder: string;

beforeEach(() => {
  sandbox = makeSandbox();
  folder = join(sandbox.path, 'cache', 'libtorch-9.8.7-cpu');
});
afterEach(() => sandbox.remove());

const install = (wheel: Buffer) => installWheel(put(join(sandbox.path, 'torch.whl'), wheel), folder, silent);
const good = () => zipOf({ ...wheelMembers(), ...recordOf(wheelMembers()) });

/** Installing must fail with the message, and leave nothing behind, finished or half-made. */
async function expectRefused(wheel: Buffer, message: RegExp) {
  await expect(install(wheel)).rejects.toMatchObject({
    code: 'ERR_LIBTORCH_NOT_FOUND',
    message: expect.stringMatching(message),
  });
  expect(readdirSync(join(sandbox.path, 'cache'))).toEqual([]);
}

test('unpacks libraries, headers, version and licences, and nothing else', async () => {
  await install(good());
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(folder.length + 1));
  expect(files.sort()).toEqual(
    [
      'kinetorch-install.json',
      'torch-9.8.7+cpu.dist-info/METADATA',
      'torch-9.8.7+cpu.dist-info/RECORD',
      'torch-9.8.7+cpu.dist-info/licenses/LICENSE',
      'torch/include/c10/macros/Macros.h',
      'torch/include/torch/csrc/jit/api/module.h',
      libraryPath('c10'),
      libraryPath('torch_cpu'),
      'torch/version.py',
    ].sort(),
  );
  const library = readFileSync(join(folder, libraryPath('torch_cpu')));
  expect(library.equals(Buffer.alloc(2_000_000, 'torch_cpu'))).toBe(true);
  expect(verifyInstall(folder, { headers: true })).toMatchObject({ marker: { version: '9.8.7+cpu', files: 7 } });
});

test('reports progress up to the whole', async () => {
  const seen: [number, number][] = [];
  const wheel = put(join(sandbox.path, 'torch.whl'), good());
  await installWheel(wheel, folder, { ...silent, progress: (done, total) => seen.push([done, total]) });
  const [done, total] = seen.at(-1) as [number, number];
  expect(done).toBe(total);
  expect(seen.length).toBeGreaterThan(5);
});

test('refuses a file whose bytes differ from RECORD', async () => {
  const members = wheelMembers();
  const record = recordOf(members);
  const path = libraryPath('torch_cpu');
  (members[path] as Buffer)[1_000_000] = 0;
  await expectRefused(
    zipOf({ ...members, ...record }),
    /expected torch\/lib\/\S*torch_cpu\S* to have 2000000 bytes and SHA-256/,
  );
});

test('refuses a wheel without a file that RECORD lists, and with one it does not list', async () => {
  const record = recordOf(wheelMembers());
  const { 'torch/include/c10/macros/Macros.h': _removed, ...fewer } = wheelMembers();
  await expectRefused(
    zipOf({ ...fewer, ...record }),
    /lacks torch\/include\/c10\/macros\/Macros\.h, which RECORD lists/,
  );
  const more: Members = { ...wheelMembers(), 'torch/include/evil.h': '' };
  await expectRefused(zipOf({ ...more, ...record }), /RECORD does not list torch\/include\/evil\.h/);
});

test('refuses a wheel without RECORD, one of something else, and one with a malformed RECORD', async () => {
  await expectRefused(zipOf(wheelMembers()), /it has no RECORD/);
  const other: Members = { 'torch-9.8.7+cpu.dist-info/METADATA': 'Name: other\n' };
  await expectRefused(zipOf({ ...other, ...recordOf(other) }), /holds no LibTorch/);
  const malformed = { 'torch-9.8.7+cpu.dist-info/RECORD': 'torch/version.py,md5=abc,3\n' };
  await expectRefused(zipOf({ ...wheelMembers(), ...malformed }), /expected a line of RECORD to be/);
});

test.each([0.2, 0.9, 0.999])('refuses a wheel cut off at %d of its length', async (part) => {
  const wheel = good();
  await expectRefused(wheel.subarray(0, Math.floor(wheel.length * part)), /is not a whole torch wheel/);
});

test.each(['../escaped.h', 'torch/include/../../../escaped.h', '/escaped.h', 'torch\\include\\..\\escaped.h'])(
  'refuses a wheel with the path %s and writes nothing outside',
  async (path) => {
    const members: Members = { ...wheelMembers(), [path]: 'escaped' };
    await expectRefused(zipOf({ ...members, ...recordOf(members) }), /is not a whole torch wheel/);
    expect(readdirSync(sandbox.path).sort()).toEqual(['cache', 'torch.whl']);
  },
);

test('an installation with a missing or shortened file is not taken for whole, and is replaced', async () => {
  await install(good());
  const header = join(folder, 'torch/include/c10/macros/Macros.h');
  truncateSync(header, 0);
  expect(verifyInstall(folder)).toHaveProperty('marker');
  expect(verifyInstall(folder, { headers: true })).toEqual({
    problem: expect.stringContaining('13 bytes but it has 0'),
  });
  const library = join(folder, libraryPath('c10'));
  rmSync(library);
  expect(verifyInstall(folder)).toEqual({ problem: expect.stringContaining('is missing') });
  await install(good());
  expect(verifyInstall(folder, { headers: true })).toHaveProperty('marker');
  expect(readdirSync(join(sandbox.path, 'cache'))).toEqual(['libtorch-9.8.7-cpu']);
});

test('a damaged marker is a problem, not a crash', async () => {
  await install(good());
  writeFileSync(join(folder, 'kinetorch-install.json'), '{"formatVersion": 1}');
  expect(verifyInstall(folder)).toEqual({ problem: 'kinetorch-install.json is damaged' });
  writeFileSync(join(folder, 'kinetorch-install.json'), '');
  expect(verifyInstall(folder)).toHaveProperty('problem');
  expect(existsSync(folder)).toBe(true);
});
