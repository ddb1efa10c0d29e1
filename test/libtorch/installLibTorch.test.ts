import { spawn } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { verifyInstall } from '../../lib/libtorch/find/marker';
import { libraryPath, recordOf, wheelMembers, zipOf } from '../support/fakeWheel';
import { makeSandbox, put } from '../support/sandbox';

// Real processes against a stand-in for pip: a shell script named python3 that notes its arguments and delivers a
// small wheel.

let sandbox: ReturnType<typeof makeSandbox>;
beforeEach(() => {
  sandbox = makeSandbox();
  const members = wheelMembers();
  put(at('torch-9.8.7+cpu.whl'), zipOf({ ...members, ...recordOf(members) }));
});
afterEach(() => sandbox.remove());

const at = (...parts: string[]) => join(sandbox.path, ...parts);
const folder = () => at('cache', 'libtorch-9.8.7-cpu');
const calls = () => readFileSync(at('calls'), 'utf8').trim().split('\n');

/** `download` is shell code with the arguments in "$*" and the destination in "$dest". */
function fakePip(download: string) {
  const script = [
    '#!/bin/sh',
    'case "$*" in *--version) exit 0;; esac',
    `echo "$*" >> ${at('calls')}`,
    'dest=$(echo "$*" | sed "s/.*--dest \\([^ ]*\\).*/\\1/")',
    download,
  ];
  chmodSync(put(at('bin', 'python3'), script.join('\n')), 0o755);
}

const deliver = () => `cp '${at('torch-9.8.7+cpu.whl')}' "$dest"`;
const noMatch = 'echo "ERROR: No matching distribution found for torch" >&2; exit 1';

function install(extra: NodeJS.ProcessEnv = {}): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const env = { PATH: `${at('bin')}:/usr/bin:/bin`, HOME: at('home'), KINETORCH_CACHE: at('cache'), ...extra };
  const child = spawn(process.execPath, ['--import', 'tsx', join(__dirname, 'runInstaller.ts')], { env });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => (stdout += chunk));
  child.stderr.on('data', (chunk) => (stderr += chunk));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })));
}

test('fetches once, and finds what it fetched', async () => {
  fakePip(deliver());
  expect(await install()).toMatchObject({ code: 0, stdout: `${folder()}/torch\n` });
  expect(await install()).toMatchObject({ code: 0, stdout: `${folder()}/torch\n`, stderr: '' });
  expect(calls()).toHaveLength(1);
  expect(calls()[0]).toMatch(/^-m pip download .*--no-deps .*torch==9\.8\.7\+cpu$/);
  expect(readdirSync(at('cache'))).toEqual(['libtorch-9.8.7-cpu']);
});

test('two installers at once: one fetches, the other waits, both get the same', async () => {
  fakePip(`sleep 1; ${deliver()}`);
  const both = await Promise.all([install(), install()]);
  expect(both.map(({ code, stdout }) => ({ code, stdout }))).toEqual([
    { code: 0, stdout: `${folder()}/torch\n` },
    { code: 0, stdout: `${folder()}/torch\n` },
  ]);
  expect(calls()).toHaveLength(1);
  expect(both.map(({ stderr }) => stderr).join()).toMatch(/waiting for process \d+/);
});

test('an installer killed while it unpacks leaves nothing that is taken for whole; the next one cleans up', async () => {
  fakePip(deliver());
  const killed = await install({ KILL_AT_HALF: '1' });
  expect(killed.code).toBeNull();
  expect(existsSync(folder())).toBe(false);
  expect(readdirSync(at('cache')).length).toBeGreaterThan(1);

  expect(await install()).toMatchObject({ code: 0 });
  expect(verifyInstall(folder(), { headers: true })).toHaveProperty('marker');
  expect(readdirSync(at('cache'))).toEqual(['libtorch-9.8.7-cpu']);
});

test("takes over another host's lock that was not touched for a minute", async () => {
  fakePip(deliver());
  const lock = put(at('cache', 'libtorch-9.8.7-cpu.lock'), JSON.stringify({ pid: 1, host: 'elsewhere' }));
  const old = new Date(Date.now() - 120_000);
  utimesSync(lock, old, old);
  expect(await install()).toMatchObject({ code: 0 });
});

test("asks the user's configuration, other Pythons' wheels, then PyTorch's own index", async () => {
  fakePip(`case "$*" in *--index-url*) ${deliver()};; *) ${noMatch};; esac`);
  expect(await install()).toMatchObject({ code: 0 });
  const asked = calls();
  expect(asked.slice(0, -1).every((call) => !call.includes('--index-url'))).toBe(true);
  expect(asked.slice(1, -1).map((call) => /--python-version (\S+)/.exec(call)?.[1])).toEqual(['3.12', '3.11', '3.13']);
  expect(asked.at(-1)).toMatch(/--index-url https:\/\/download\.pytorch\.org\/whl\/cpu .*torch==/);
});

test('refuses a CUDA build and says what each attempt gave', async () => {
  const members = { ...wheelMembers(), [libraryPath('torch_cuda')]: 'cuda' };
  put(at('torch-9.8.7.whl'), zipOf({ ...members, ...recordOf(members) }));
  fakePip(`case "$*" in *+cpu) ${noMatch};; *) cp '${at('torch-9.8.7.whl')}' "$dest";; esac`);
  const { code, stderr } = await install();
  expect(code).toBe(1);
  expect(stderr).toContain('ERR_LIBTORCH_NOT_FOUND: pip could not deliver a CPU build of torch 9.8.7');
  expect(stderr).toContain('ERROR: No matching distribution found for torch');
  expect(stderr).toContain('torch-9.8.7.whl is a CUDA build');
  expect(readdirSync(at('cache'))).toEqual([]);
});

test('does not go through other Pythons where the index cannot be reached', async () => {
  fakePip('echo "ERROR: Could not connect to the index" >&2; exit 1');
  const { code, stderr } = await install();
  expect(code).toBe(1);
  expect(calls()).toHaveLength(process.platform === 'darwin' ? 2 : 3);
  expect(stderr).toContain('Could not connect to the index');
});
