import * as childProcess from 'node:child_process';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { DecoderClient, type ReplyListener } from '../../lib/video/decoderClient';
import { videoLimits } from '../../lib/video/limits';
import { openVideo } from '../../lib/video/openVideo';
import type { VideoReader } from '../../lib/video/types';
import { collect, failureOf, frameHashes, realFile } from '../support/videos';

jest.mock('node:child_process', () => {
  const real = jest.requireActual('node:child_process');
  return { ...real, spawn: jest.fn(real.spawn) };
});

// So many that no reader here waits for another, or gives its process to one.
jest.mock('../../lib/video/limits', () => {
  const { videoLimits } = jest.requireActual('../../lib/video/limits');
  return { videoLimits: { ...videoLimits, maxDecoders: 64 } };
});

const spawn = jest.mocked(childProcess.spawn);
const newest = () => spawn.mock.results.at(-1)?.value as childProcess.ChildProcess;
const archery = realFile('archery.avi');
/** More clips than the decoder sends ahead of its reader. */
const manyWindows = Array.from({ length: 60 }, (_, i) => ({ startSeconds: (i % 5) + 0.01, frames: 16, frameRate: 15 }));
const usual = { ...videoLimits };

afterEach(() => {
  Object.assign(videoLimits, usual);
});

/** Opens a video in a process made for it. */
async function openAlone(path: string): Promise<VideoReader> {
  const before = spawn.mock.calls.length;
  const readers = [];
  for (;;) {
    const reader = await openVideo(path);
    if (spawn.mock.calls.length > before) {
      await Promise.all(readers.map((other) => other.close()));
      return reader;
    }
    readers.push(reader);
  }
}

test('a decoder has one who listens to it', () => {
  const client = new DecoderClient(() => {});
  const listener: ReplyListener = { onReply: () => {}, onPayload: () => {}, onDeath: () => {} };
  client.listen(listener);
  expect(() => client.listen({ ...listener })).toThrow('one operation at a time');
  client.listen(null);
  client.listen(listener);
  client.kill('is no longer needed');
});

describe('a decoder that dies', () => {
  test.each(['SIGSEGV', 'SIGKILL', 'SIGABRT'] as const)('%s in the middle fails one call, by name', async (signal) => {
    const video = await openAlone(archery);
    const other = await openAlone(realFile('vp8.webm'));
    const victim = spawn.mock.results.at(-2)?.value as childProcess.ChildProcess;
    const clips = video.readClips(manyWindows)[Symbol.asyncIterator]();
    await clips.next();
    victim.kill(signal);
    const error = await failureOf(
      (async () => {
        while (!(await clips.next()).done);
      })(),
    );
    expect(error.code).toBe('ERR_VIDEO_DECODE');
    expect(error.message).toContain('archery.avi');
    expect(error.message).toContain(signal);
    expect((await failureOf(collect(video.readClips(manyWindows)))).code).toBe('ERR_VIDEO_DECODE');
    await video.close();
    // The reader beside it and the next call are unharmed.
    expect((await collect(other.slide({ frames: 2, frameRate: 10, strideSeconds: 1 }))).length).toBe(1);
    await other.close();
    const next = await openVideo(archery);
    expect((await collect(next.readClips(manyWindows.slice(0, 3)))).length).toBe(3);
    await next.close();
  });

  test('while idle is replaced without a word', async () => {
    const video = await openAlone(archery);
    await video.close();
    for (const { value } of spawn.mock.results) (value as childProcess.ChildProcess).kill('SIGKILL');
    // At once: the parent has not heard of it yet.
    const next = await openVideo(archery);
    expect(next.info.codec).toBe('mpeg4');
    await next.close();
  });
});

test('a decoder that hangs is killed, and the next call works', async () => {
  const video = await openAlone(archery);
  const child = newest();
  const clips = video.readClips(manyWindows)[Symbol.asyncIterator]();
  await clips.next();
  child.kill('SIGSTOP');
  videoLimits.noProgressMs = 400;
  const error = await failureOf(
    (async () => {
      while (!(await clips.next()).done);
    })(),
  );
  expect(error.code).toBe('ERR_VIDEO_DECODE');
  expect(error.message).toMatch(/archery\.avi.*made no progress for 0\.4 s/);
  await video.close();
  videoLimits.noProgressMs = usual.noProgressMs;
  await (await openVideo(archery)).close();
});

test('a decoder that takes too long for one clip is killed', async () => {
  const video = await openAlone(archery);
  Object.assign(videoLimits, { noProgressMs: 400, maxCallMs: 50 });
  const child = newest();
  child.kill('SIGSTOP');
  const error = await failureOf(collect(video.readClips(manyWindows)));
  expect(error.message).toMatch(/archery\.avi.*took more than 0\.05 s/);
  await video.close();
});

describe('abort', () => {
  const aborted = AbortSignal.abort();

  test('before', async () => {
    const spawned = spawn.mock.calls.length;
    expect((await failureOf(openVideo(archery, { signal: aborted }))).code).toBe('ERR_ABORTED');
    expect(spawn.mock.calls.length).toBe(spawned);
    const video = await openVideo(archery);
    expect((await failureOf(collect(video.readClips(manyWindows, { signal: aborted })))).code).toBe('ERR_ABORTED');
    const slide = { frames: 4, frameRate: 5, strideSeconds: 1, signal: aborted };
    expect((await failureOf(collect(video.slide(slide)))).code).toBe('ERR_ABORTED');
    expect((await collect(video.readClips(manyWindows.slice(0, 2)))).length).toBe(2);
    await video.close();
  });

  test('while opening', async () => {
    for (const wait of [0, 1, 5, 20, 60]) {
      const controller = new AbortController();
      const opening = openVideo(realFile('full_range.mp4'), { signal: controller.signal });
      setTimeout(() => controller.abort('enough'), wait);
      const outcome = await opening.then((video) => video.close()).catch((error) => error);
      if (outcome !== undefined) expect(outcome).toMatchObject({ code: 'ERR_ABORTED', cause: 'enough' });
    }
  });

  test('while reading: rejects at once, and the reader can be used again', async () => {
    const video = await openVideo(realFile('full_range.mp4'));
    const [first] = await collect(video.readClips([{ startSeconds: 0.2, frames: 4, frameRate: 30 }]));
    // Back and forth over a second of video, so that an abort often strikes in the middle of decoding.
    const windows = Array.from({ length: 60 }, (_, i) => ({ startSeconds: (i % 2) * 0.5, frames: 1, frameRate: 1 }));
    for (let wait = 0; wait < 60; wait += 4) {
      const controller = new AbortController();
      const reading = collect(video.readClips(windows, { signal: controller.signal }));
      let at = 0;
      setTimeout(() => {
        at = performance.now();
        controller.abort();
      }, wait);
      expect((await failureOf(reading)).code).toBe('ERR_ABORTED');
      expect(performance.now() - at).toBeLessThan(500);
      const [again] = await collect(video.readClips([{ startSeconds: 0.2, frames: 4, frameRate: 30 }]));
      expect(frameHashes(again as NonNullable<typeof again>)).toEqual(frameHashes(first as NonNullable<typeof first>));
    }
    await video.close();
  });

  test('after', async () => {
    const controller = new AbortController();
    const video = await openVideo(archery, { signal: controller.signal });
    const clips = await collect(video.readClips(manyWindows.slice(0, 2), { signal: controller.signal }));
    controller.abort();
    expect(clips.length).toBe(2);
    expect((await collect(video.readClips(manyWindows.slice(0, 1)))).length).toBe(1);
    await video.close();
  });
});

test('leaving a loop early stops the decoder and frees the reader', async () => {
  const video = await openVideo(archery);
  for await (const clip of video.readClips(manyWindows)) {
    expect(clip.frames).toBe(16);
    break;
  }
  for await (const clip of video.slide({ frames: 4, frameRate: 5, strideSeconds: 0.1 })) {
    expect(clip.startSeconds).toBe(0);
    break;
  }
  expect((await collect(video.readClips(manyWindows.slice(0, 2)))).length).toBe(2);
  await video.close();
});

test('a second iteration beside the first is refused', async () => {
  const video = await openVideo(archery);
  const first = video.readClips(manyWindows)[Symbol.asyncIterator]();
  await first.next();
  const error = await failureOf(collect(video.readClips(manyWindows)));
  expect(error.code).toBe('ERR_INVALID_ARGUMENT');
  expect((await first.next()).done).toBe(false);
  await video.close();
});

test('closing ends what is under way, and closing twice is fine', async () => {
  const video = await openVideo(archery);
  const reading = failureOf(collect(video.readClips(manyWindows)));
  await delay(5);
  await Promise.all([video.close(), video.close()]);
  expect((await reading).code).toBe('ERR_DISPOSED');
  expect((await failureOf(collect(video.readClips(manyWindows)))).code).toBe('ERR_DISPOSED');
  await video[Symbol.asyncDispose]();
});

test.each([
  [{ startSeconds: Number.NaN, frames: 1, frameRate: 1 }, 'startSeconds'],
  [{ startSeconds: 0, frames: 0, frameRate: 1 }, 'frames'],
  [{ startSeconds: 0, frames: 1.5, frameRate: 1 }, 'frames'],
  [{ startSeconds: 0, frames: 1, frameRate: 0 }, 'frameRate'],
  [{ startSeconds: 0, frames: 1, frameRate: Number.POSITIVE_INFINITY }, 'frameRate'],
])('a window %p is refused', async (window, name) => {
  const video = await openVideo(archery);
  const error = await failureOf(collect(video.readClips([window])));
  expect(error.code).toBe('ERR_INVALID_ARGUMENT');
  expect(error.message).toContain(`\`${name}\``);
  await video.close();
});

test('many readers at once, each with its own frames; the event loop stays free', async () => {
  const names = ['archery.avi', 'rotated.mp4', 'newtons_cradle.gif', 'variable_rate.mp4'];
  const window = { startSeconds: 0.4, frames: 8, frameRate: 10 };
  const alone = new Map<string, string[]>();
  const hashesOf = async (name: string) => {
    const video = await openVideo(realFile(name));
    const [clip] = await collect(video.readClips([window]));
    await video.close();
    return clip as NonNullable<typeof clip>;
  };
  for (const name of names) alone.set(name, frameHashes(await hashesOf(name)));
  const loop = monitorEventLoopDelay({ resolution: 5 });
  loop.enable();
  const clips = await Promise.all(Array.from({ length: 12 }, (_, i) => hashesOf(names[i % 4] as string)));
  loop.disable();
  clips.forEach((clip, i) => {
    expect(frameHashes(clip)).toEqual(alone.get(names[i % 4] as string));
  });
  // Twelve processes start here on whatever this machine has; the median says whether the loop itself is kept busy.
  expect(loop.percentile(50) / 1e6).toBeLessThan(20);
});

test('readers one after another share a process', async () => {
  const first = await openVideo(archery);
  await first.close();
  const spawned = spawn.mock.calls.length;
  for (let i = 0; i < 5; i++) {
    const video = await openVideo(archery);
    await video.close();
  }
  await failureOf(openVideo(realFile('corrupt.mkv')));
  await (await openVideo(archery)).close();
  expect(spawn.mock.calls.length).toBe(spawned);
});

describe('the process', () => {
  const run = (body: string) => {
    const script = `
      const { openVideo } = require(${JSON.stringify(require.resolve('../../dist/video/openVideo.js'))});
      (async () => { const video = await openVideo(${JSON.stringify(archery)}); ${body} })();`;
    const started = performance.now();
    const { status, stdout, stderr } = childProcess.spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
    return { status, stdout, stderr, ms: performance.now() - started };
  };

  test('is not held open by an open reader or an idle decoder', () => {
    expect(run('console.log(video.info.codec);')).toMatchObject({ status: 0, stdout: 'mpeg4\n', stderr: '' });
    const closed = run('await video.close(); console.log("closed");');
    expect(closed).toMatchObject({ status: 0, stdout: 'closed\n' });
    expect(closed.ms).toBeLessThan(videoLimits.idleMs);
  });

  test('is held open while a clip is awaited', () => {
    const body = `for await (const clip of video.readClips([{ startSeconds: 4, frames: 3, frameRate: 5 }])) console.log(clip.frames);`;
    expect(run(body)).toMatchObject({ status: 0, stdout: '3\n' });
  });

  test('takes its decoders with it when it ends in the middle', async () => {
    const body = `
      const clips = video.slide({ frames: 4, frameRate: 25, strideSeconds: 0.01 })[Symbol.asyncIterator]();
      await clips.next();
      const child = require('node:child_process').execFileSync('pgrep', ['-P', String(process.pid), '-f', 'decoderProcess']);
      console.log(String(child).trim());
      process.kill(process.pid, 'SIGKILL');`;
    const pid = Number(run(body).stdout.trim());
    expect(pid).toBeGreaterThan(0);
    for (let i = 0; i < 50 && isRunning(pid); i++) await delay(20);
    expect(isRunning(pid)).toBe(false);
  });
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(require('node:fs').readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
