import { spawnSync } from 'node:child_process';
import { createReadStream, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import * as os from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { videoLimits } from '../../lib/video/limits';
import { openVideo } from '../../lib/video/openVideo';
import type { VideoSource } from '../../lib/video/videoSource';
import { temporaryFolder } from '../support/temporaryFolder';
import { collect, failureOf, frameHashes, greyFrames, makeVideos } from '../support/videos';

jest.mock('node:os', () => {
  const real = jest.requireActual('node:os');
  return { ...real, tmpdir: jest.fn(real.tmpdir) };
});

const folder = temporaryFolder();
const spools = join(folder, 'spools');
// Its index is at its end: it cannot be read as a stream.
const video = join(folder, 'greys 1%.mp4');
const tmpdir = jest.mocked(os.tmpdir);
const usual = { ...videoLimits };
let bytes: Buffer;

beforeAll(() => {
  const frames = greyFrames(Array.from({ length: 20 }, (_, i) => i * 100));
  makeVideos([{ path: video, format: 'mp4', codec: 'mpeg4', width: 32, height: 32, frames }]);
  bytes = readFileSync(video);
  mkdirSync(spools);
  tmpdir.mockReturnValue(spools);
});
afterEach(() => {
  Object.assign(videoLimits, usual);
  expect(readdirSync(spools)).toEqual([]);
});
async function hashesOf(source: VideoSource) {
  const reader = await openVideo(source);
  const windows = [1.2, 0, 0.7].map((startSeconds) => ({ startSeconds, frames: 3, frameRate: 10 }));
  const clips = await collect(reader.readClips(windows));
  await reader.close();
  return { path: reader.info.path, hashes: clips.flatMap(frameHashes) };
}

const shared = () => {
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.length));
  copy.set(bytes);
  return copy;
};
const exact = () => bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;

test.each<[string, () => VideoSource, string]>([
  ['a URL', () => pathToFileURL(video), 'path'],
  ['the text of a URL', () => pathToFileURL(video).href, 'path'],
  ['a Buffer', () => bytes, '<buffer>'],
  ['an ArrayBuffer', exact, '<buffer>'],
  ['shared memory', shared, '<buffer>'],
  ['a Blob', () => new Blob([exact()]), '<blob>'],
  ['a Readable', () => createReadStream(video, { highWaterMark: 1000 }), '<stream>'],
  ['a ReadableStream', () => Readable.toWeb(createReadStream(video)) as ReadableStream<Uint8Array>, '<stream>'],
])('%s gives what its path gives', async (_, source, name) => {
  const { path, hashes } = await hashesOf(source());
  expect(hashes).toEqual((await hashesOf(video)).hashes);
  expect(path).toBe(name === 'path' ? video : name);
});

test('so does an open file, which stays open, where it was', async () => {
  const handle = await open(video);
  await handle.read(Buffer.alloc(100));
  const [first, second, third] = await Promise.all([hashesOf(handle), hashesOf(handle), hashesOf(video)]);
  expect(first.hashes).toEqual(third.hashes);
  expect(second.hashes).toEqual(third.hashes);
  expect((await handle.read(Buffer.alloc(4))).buffer).toEqual(bytes.subarray(100, 104));
  await handle.close();
  expect(await failureOf(openVideo(handle))).toMatchObject({ code: 'ERR_FILE_ACCESS' });
});

test.each<[string, () => unknown, string, RegExp]>([
  ['an http URL', () => 'https://user:secret@example.org/a.mp4', 'ERR_INVALID_ARGUMENT', /URL \(https:\)(?!.*secret)/],
  ['a camera', () => 'rtsp://camera/1', 'ERR_INVALID_ARGUMENT', /URL \(rtsp:\), which is not a file/],
  ['a URL object', () => new URL('https://example.org'), 'ERR_INVALID_ARGUMENT', /URL \(https:\)/],
  ['a data URL', () => 'data:video/mp4;base64,AAAA', 'ERR_INVALID_ARGUMENT', /URL \(data:\)/],
  ['a file of another machine', () => 'file://server/a.mp4', 'ERR_INVALID_ARGUMENT', /this machine/],
  ['a NUL', () => 'a\0.mp4', 'ERR_INVALID_ARGUMENT', /without NUL/],
  ['a NUL in a URL', () => new URL('file:///a%00b'), 'ERR_INVALID_ARGUMENT', /without NUL/],
  ['nothing', () => '', 'ERR_INVALID_ARGUMENT', /`path`/],
  ['an object', () => ({}), 'ERR_INVALID_ARGUMENT', /a stream of them or a FileHandle/],
  ['no bytes', () => Buffer.alloc(0), 'ERR_VIDEO_OPEN', /"<buffer>" to be a video but it is empty/],
  ['other bytes', () => Buffer.alloc(999, 7), 'ERR_VIDEO_OPEN', /"<buffer>" to be a video file/],
  ['texts', () => Readable.from(['a', 'b']), 'ERR_VIDEO_OPEN', /"<stream>" to give bytes but received strings/],
])('%s is refused', async (_, source, code, message) => {
  const error = await failureOf(openVideo(source() as VideoSource));
  expect(error.code).toBe(code);
  expect(error.message).toMatch(message);
});

test('a stream that fails, ends the call with its reason', async () => {
  const stream = Readable.from(
    (async function* () {
      yield bytes.subarray(0, 1000);
      throw new Error('reset by peer');
    })(),
  );
  const error = await failureOf(openVideo(stream));
  expect(error).toMatchObject({ code: 'ERR_FILE_ACCESS', cause: { message: 'reset by peer' } });
});

test('a stream that gives nothing can be aborted, and is destroyed', async () => {
  const stream = new Readable({ read() {} });
  stream.push(bytes.subarray(0, 1000));
  const error = await failureOf(openVideo(stream, { signal: AbortSignal.timeout(50) }));
  expect(error.code).toBe('ERR_ABORTED');
  expect(stream.destroyed).toBe(true);
});

test('a stream that is refused before it is read, is destroyed or cancelled', async () => {
  const stream = new Readable({ read() {} });
  expect((await failureOf(openVideo(stream, { signal: AbortSignal.abort() }))).code).toBe('ERR_ABORTED');
  expect(stream.destroyed).toBe(true);
  const cancel = jest.fn();
  tmpdir.mockReturnValueOnce(join(folder, 'nowhere'));
  expect((await failureOf(openVideo(new ReadableStream({ cancel })))).code).toBe('ERR_FILE_ACCESS');
  expect(cancel).toHaveBeenCalledTimes(1);
});

test('a stream without end is cut', async () => {
  videoLimits.maxSpooledBytes = 10_000;
  let given = 0;
  const endless = (async function* () {
    for (;;) {
      given += 1000;
      yield new Uint8Array(1000);
    }
  })();
  const error = await failureOf(openVideo(endless));
  expect(error).toMatchObject({ code: 'ERR_VIDEO_OPEN', message: expect.stringContaining('at most 10000 bytes') });
  expect(given).toBe(11_000);
});

test('no room for it is an error', async () => {
  tmpdir.mockReturnValueOnce(join(folder, 'nowhere'));
  const error = await failureOf(openVideo(bytes));
  expect(error).toMatchObject({ code: 'ERR_FILE_ACCESS', message: expect.stringContaining('ENOENT') });
});

test('nothing is left of the bytes of a process that ends in the middle', () => {
  const script = `
    const { openVideo } = require(${JSON.stringify(require.resolve('../../dist/video/openVideo.js'))});
    openVideo(require('node:fs').readFileSync(process.argv[1])).then((video) => {
      console.log(video.info.codec);
      if (process.argv[2] === 'exit') process.exit(0);
      process.kill(process.pid, 'SIGKILL');
    });`;
  // Without a name for what is held, which only Linux has, a process that is killed leaves its file.
  for (const way of process.platform === 'linux' ? ['exit', 'kill'] : ['exit']) {
    expect(
      spawnSync(process.execPath, ['-e', script, video, way], {
        encoding: 'utf8',
        env: { ...process.env, TMPDIR: spools },
      }).stdout,
    ).toBe('mpeg4\n');
  }
});
