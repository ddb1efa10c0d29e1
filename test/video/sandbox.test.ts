import * as childProcess from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { findSandbox } from '../../lib/sandbox/findSandbox';
import { decoderSandbox } from '../../lib/video/decoderSandbox';
import { videoLimits } from '../../lib/video/limits';
import { openVideo } from '../../lib/video/openVideo';
import { temporaryFolder } from '../support/temporaryFolder';
import { collect, failureOf, frameHashes, greyFrames, makeVideos, realFile } from '../support/videos';

jest.mock('node:child_process', () => {
  const real = jest.requireActual('node:child_process');
  return { ...real, spawn: jest.fn(real.spawn) };
});

jest.mock('../../lib/sandbox/findSandbox', () => {
  const real = jest.requireActual('../../lib/sandbox/findSandbox');
  return { findSandbox: jest.fn(real.findSandbox) };
});

const folder = temporaryFolder();
const file = (name: string) => join(folder, name);
const spawn = jest.mocked(childProcess.spawn);
const usual = { ...videoLimits };
const servers: Server[] = [];
const onLinux = process.platform === 'linux' ? describe : describe.skip;

// No decoder is left over for the next test.
beforeEach(async () => {
  videoLimits.idleMs = 0;
  await new Promise((resolve) => setTimeout(resolve, 50));
});
afterEach(() => {
  Object.assign(videoLimits, usual);
});
afterAll(() => {
  for (const server of servers) server.close();
});

async function run(program: string, ...args: string[]): Promise<string> {
  const child = childProcess.spawn(process.execPath, [join(__dirname, program), ...args]);
  let said = '';
  child.stdout.on('data', (chunk) => {
    said += chunk;
  });
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  await once(child, 'close');
  return said;
}

async function listen(target: number | string): Promise<number> {
  const server = createServer((socket) => socket.on('error', () => {}));
  servers.push(server);
  server.listen(target);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

onLinux('a locked process', () => {
  let port = 0;
  beforeAll(async () => {
    writeFileSync(file('there.txt'), 'x');
    port = await listen(0);
    await listen(file('socket'));
  });

  const outcomes = async (how: string) => JSON.parse(await run('tryLocked.mjs', folder, String(port), how));

  test('can do nothing that decoding does not need, and a free one can do it all', async () => {
    const free = await outcomes('free');
    expect(new Set(Object.values(free.outcomes))).toEqual(new Set(['done']));
    const locked = await outcomes('locked');
    expect(locked.state).toEqual({ landlock: expect.any(Number), seccomp: true, problem: '' });
    const refused = Object.fromEntries(
      Object.keys(free.outcomes).map((name) => [name, expect.stringMatching(/^(EACCES|EPERM)$/)]),
    );
    expect(locked.outcomes).toEqual(refused);
  });

  test('cannot follow a list to another file, where no whitelist hinders it', async () => {
    const frames = greyFrames(Array.from({ length: 50 }, (_, i) => i * 40));
    makeVideos([{ path: file('secret.ts'), format: 'mpegts', codec: 'libx264', width: 64, height: 48, frames }]);
    writeFileSync(file('list.mp4'), `ffconcat version 1.0\nfile 'file:${file('secret.ts')}'\n`);
    expect(await run('openUnlisted.mjs', file('list.mp4'), 'free')).toBe('opened');
    expect(await run('openUnlisted.mjs', file('list.mp4'), 'locked')).toMatch(/denied/i);
  });
});

onLinux('a decoder', () => {
  test('tells what it is held to', async () => {
    const { landlock, seccomp, problem } = await decoderSandbox();
    expect({ isByLandlock: landlock > 0, seccomp, problem }).toEqual({
      isByLandlock: true,
      seccomp: true,
      problem: '',
    });
  });

  test('is held on all of its threads, also those that begin later', async () => {
    await using video = await openVideo(realFile('full_range.mp4'));
    await collect(video.readClips([{ startSeconds: 0, frames: 4, frameRate: 10 }]));
    const decoder = spawn.mock.results.at(-1)?.value as childProcess.ChildProcess;
    const tasks = `/proc/${decoder.pid}/task`;
    const states = readdirSync(tasks).map((thread) => {
      const status = readFileSync(join(tasks, thread, 'status'), 'utf8');
      return /^Seccomp:\s*(\d)/m.exec(status)?.[1];
    });
    expect(states.length).toBeGreaterThan(4);
    expect(new Set(states)).toEqual(new Set(['2']));
  });

  test('decodes the same frames as one that opens files itself', async () => {
    const windows = [3, 0, 1].map((startSeconds) => ({ startSeconds, frames: 3, frameRate: 7 }));
    const read = async () => {
      await using video = await openVideo(realFile('archery.avi'));
      return (await collect(video.readClips(windows))).flatMap(frameHashes);
    };
    const locked = await read();
    await new Promise((resolve) => setTimeout(resolve, 50));
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const real = jest.mocked(findSandbox).getMockImplementation();
    jest.mocked(findSandbox).mockReturnValue({ binding: null, problem: 'a test' });
    expect(await read()).toEqual(locked);
    expect(await read()).toEqual(locked);
    expect(warn.mock.calls).toEqual([[expect.stringMatching(/not wholly locked in: a test/), 'KinetorchWarning']]);
    expect(await decoderSandbox()).toEqual({ landlock: 0, seccomp: false, problem: 'a test' });
    jest.mocked(findSandbox).mockImplementation(real as typeof findSandbox);
  });

  test('that wants more memory than it may have fails one call', async () => {
    videoLimits.maxResidentBytes = 2 ** 22;
    const error = await failureOf(
      openVideo(realFile('full_range.mp4')).then((video) =>
        collect(video.readClips([{ startSeconds: 0, frames: 16, frameRate: 10 }])),
      ),
    );
    expect(error.code).toMatch(/^ERR_VIDEO_/);
    videoLimits.maxResidentBytes = usual.maxResidentBytes;
    await new Promise((resolve) => setTimeout(resolve, 50));
    await (await openVideo(realFile('full_range.mp4'))).close();
  });
});
