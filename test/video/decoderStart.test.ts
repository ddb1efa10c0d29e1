import * as childProcess from 'node:child_process';
import { EventEmitter } from 'node:events';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { videoLimits } from '../../lib/video/limits';
import { openVideo } from '../../lib/video/openVideo';
import { temporaryFolder } from '../support/temporaryFolder';
import { failureOf, greyFrames, makeVideos } from '../support/videos';

jest.mock('node:child_process', () => {
  const real = jest.requireActual('node:child_process');
  return { ...real, spawn: jest.fn(real.spawn) };
});

const folder = temporaryFolder();
const video = join(folder, 'greys.mkv');
const spawn = jest.mocked(childProcess.spawn);
const { execPath, env, versions } = process;

beforeAll(() => {
  makeVideos([
    { path: video, format: 'matroska', codec: 'ffv1', width: 16, height: 16, frames: greyFrames([0, 100, 200]) },
  ]);
});

// No decoder is left over for the next test.
beforeEach(async () => {
  videoLimits.idleMs = 0;
  await new Promise((resolve) => setTimeout(resolve, 50));
  process.env = { ...env };
  spawn.mockClear();
});
afterEach(() => {
  process.env = env;
  Object.defineProperty(process, 'execPath', { value: execPath });
  Object.defineProperty(process, 'versions', { value: versions });
});

const runAs = (path: string) => Object.defineProperty(process, 'execPath', { value: path });

async function expectFailure(...texts: (string | RegExp)[]): Promise<void> {
  const error = await failureOf(openVideo(video));
  expect(error.code).toBe('ERR_VIDEO_DECODER');
  for (const text of texts) expect(error.message).toMatch(text);
}

async function expectOpens(): Promise<void> {
  const reader = await openVideo(video);
  expect(reader.info.codec).toBe('ffv1');
  await reader.close();
}

const systemError = (code: string) =>
  Object.assign(new Error(`spawn node ${code}`), { code, syscall: 'spawn node', errno: -1 });

describe('what a spawn can do', () => {
  test.each(['EMFILE', 'ENFILE', 'EAGAIN', 'EACCES', 'ENOENT'])(
    '%s, told later, of a child without pipes',
    async (code) => {
      spawn.mockImplementationOnce((() => {
        const child = Object.assign(new EventEmitter(), { pid: undefined, kill: () => false, ref() {}, unref() {} });
        process.nextTick(() => child.emit('error', systemError(code)));
        return child;
      }) as never);
      await expectFailure(code, /\(.+\)$/);
      await expectOpens();
    },
  );

  test.each(['ENOMEM', 'E2BIG'])('%s, thrown', async (code) => {
    spawn.mockImplementationOnce(() => {
      throw systemError(code);
    });
    await expectFailure(code);
    await expectOpens();
  });

  test('Node forbids it', async () => {
    spawn.mockImplementationOnce(() => {
      const message = 'Access to this API has been restricted';
      throw Object.assign(new Error(message), { code: 'ERR_ACCESS_DENIED', permission: 'ChildProcess', resource: '' });
    });
    await expectFailure(/--allow-child-process$/);
  });

  test('no file descriptors are left: the process lives, and goes on when there are some', () => {
    const script = `
      const { openSync, closeSync } = require('node:fs');
      const { openVideo } = require(${JSON.stringify(require.resolve('../../dist/video/openVideo.js'))});
      const report = (error) => console.log(error.name, error.code, /EMFILE|file descriptors/.test(error.message));
      (async () => {
        for (const free of [0, 1, 2, 4, 6]) {
          const held = [];
          try { for (;;) held.push(openSync('/dev/null')); } catch {}
          for (let i = 0; i < free; i++) closeSync(held.pop());
          await openVideo(process.argv[1]).then(() => console.log('opened'), report);
          await new Promise((resolve) => setTimeout(resolve, 50));
          for (const descriptor of held) closeSync(descriptor);
        }
        const video = await openVideo(process.argv[1]);
        console.log(video.info.codec);
        process.exit(0);
      })();`;
    const limited = ['-c', 'ulimit -n 120; exec "$0" "$@"', execPath, '-e', script, video];
    const { status, stdout, stderr } = childProcess.spawnSync('bash', limited, { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const lines = stdout.trim().split('\n');
    expect(lines.pop()).toBe('ffv1');
    expect(new Set(lines)).toEqual(new Set(['KinetorchError ERR_VIDEO_DECODER true']));
  });
});

describe('the program that decodes', () => {
  test.each(['/opt/app/MyApp', 'C:\\Program Files\\App\\app.exe', '/opt/node-red', '/usr/bin/electron'])(
    'is never %s, which is not known to run a file',
    async (path) => {
      runAs(path);
      await expectOpens();
      expect(spawn.mock.calls[0]?.[0]).toMatch(/[\\/]node$/);
      await new Promise((resolve) => setTimeout(resolve, 50));
      spawn.mockClear();
      process.env.PATH = folder;
      await expectFailure(path, 'set KINETORCH_NODE to a Node.js program');
      expect(spawn).not.toHaveBeenCalled();
    },
  );

  test.each(['/usr/bin/node', '/usr/bin/nodejs', '/opt/node22', '/opt/node-v22.1.0', '/opt/bun', '/opt/deno'])(
    'is %s, which runs this process',
    async (path) => {
      runAs(path);
      spawn.mockImplementationOnce(() => {
        throw systemError('ENOMEM');
      });
      await expectFailure('ENOMEM');
      expect(spawn.mock.calls[0]?.[0]).toBe(path);
    },
  );

  test('is not the node of an Electron app', async () => {
    Object.defineProperty(process, 'versions', { value: { ...versions, electron: '40.0.0' } });
    process.env.PATH = folder;
    await expectFailure('KINETORCH_NODE', 'runAsNode');
    process.env.KINETORCH_NODE = execPath;
    await expectOpens();
    expect(spawn.mock.calls.at(-1)?.[2]?.env).toMatchObject({ ELECTRON_RUN_AS_NODE: '1' });
  });

  test('is what KINETORCH_NODE names', async () => {
    const wrapper = join(folder, 'wrapper.sh');
    writeFileSync(wrapper, `#!/bin/sh\nexec "${execPath}" "$@"\n`);
    chmodSync(wrapper, 0o755);
    process.env.KINETORCH_NODE = wrapper;
    await expectOpens();
    expect(spawn.mock.calls.at(-1)?.[0]).toBe(wrapper);
  });

  test.each([
    ['/nonexistent/node', /ENOENT \(there is no such program\)/],
    [__filename, /EACCES \(it may not be run\)/],
    ['/bin/true', /\/bin\/true ended with exit code 0$/],
  ])('cannot be %s', async (path, reason) => {
    process.env.KINETORCH_NODE = path;
    await expectFailure(reason);
  });

  test('does not start another: a program that was taken for Node.js starts itself once', async () => {
    process.env.KINETORCH_CHILD = '1';
    await expectFailure('set KINETORCH_NODE to a Node.js program instead');
    expect(spawn).not.toHaveBeenCalled();
  });
});
