import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { videoLimits } from '../../lib/video/limits';
import { openVideo } from '../../lib/video/openVideo';
import { temporaryFolder } from '../support/temporaryFolder';
import { failureOf, greyFrames, makeVideos, realFile } from '../support/videos';

const folder = temporaryFolder();
const file = (name: string) => join(folder, name);

// A playlist in a video's clothes reads another local file where only the protocol is restricted.
const secret = file('secret.ts');
const disguises: Record<string, string> = {
  'hls.mp4': `#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:9\n#EXTINF:2,\n${secret}\n#EXT-X-ENDLIST\n`,
  'hls-url.mp4': `#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:2,\nfile://${secret}\n#EXT-X-ENDLIST\n`,
  'ffconcat.mp4': `ffconcat version 1.0\nfile secret.ts\n`,
  'dash.mp4':
    '<?xml version="1.0"?>\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT2S">' +
    '<Period><AdaptationSet mimeType="video/mp2t"><Representation id="1" bandwidth="1"><BaseURL>secret.ts</BaseURL>' +
    '</Representation></AdaptationSet></Period></MPD>\n',
  'playlist.mp4': `[playlist]\nFile1=${secret}\nNumberOfEntries=1\n`,
  'sdp.mp4': 'v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 33\n',
};

beforeAll(() => {
  const frames = greyFrames(Array.from({ length: 50 }, (_, i) => i * 40));
  makeVideos([{ path: secret, format: 'mpegts', codec: 'libx264', width: 64, height: 48, frames }]);
});

test.each(Object.keys(disguises))('%s does not lead to another file', async (name) => {
  writeFileSync(file(name), disguises[name] as string);
  const error = await failureOf(openVideo(file(name)));
  expect(error.code).toBe('ERR_VIDEO_OPEN');
  expect(error.message).toContain(name);
});

test('the file that they point to is a good video by itself', async () => {
  const video = await openVideo(secret);
  expect(video.info.codec).toBe('h264');
  await video.close();
});

test('a name that looks like a protocol or a pattern is only a name', async () => {
  for (const name of ['concat:secret.ts|secret.ts', 'http:..secret.ts', 'frame%03d.mp4', 'a b#?&.mp4', 'größe.mp4']) {
    copyFileSync(realFile('odd_rate.mp4'), file(name));
    const video = await openVideo(file(name));
    expect(video.info.codec).toBe('h264');
    await video.close();
  }
});

describe('what is no video', () => {
  test.each([
    ['empty.mp4', ''],
    ['zeros.mkv', '\0'.repeat(100_000)],
    ['page.mp4', '<html><body>404</body></html>'],
  ])('%s', async (name, content) => {
    writeFileSync(file(name), content);
    const error = await failureOf(openVideo(file(name)));
    expect(error.code).toBe('ERR_VIDEO_OPEN');
    expect(error.message).toContain(name);
  });

  test('sound alone', async () => {
    // Silence as WAV, a container that never holds video, and in one that may.
    const wav = Buffer.alloc(44 + 16_000);
    wav.write('RIFF', 0);
    wav.writeUInt32LE(36 + 16_000, 4);
    wav.write('WAVEfmt ', 8);
    wav.writeUInt32LE(16, 16);
    for (const [at, value] of [
      [20, 1],
      [22, 1],
      [32, 2],
      [34, 16],
    ] as const)
      wav.writeUInt16LE(value, at);
    wav.writeUInt32LE(8000, 24);
    wav.writeUInt32LE(16_000, 28);
    wav.write('data', 36);
    wav.writeUInt32LE(16_000, 40);
    writeFileSync(file('sound.wav'), wav);
    expect((await failureOf(openVideo(file('sound.wav')))).code).toBe('ERR_VIDEO_OPEN');
    const sound = { format: 'matroska', codec: 'pcm_s16le', width: 0, height: 0, frames: greyFrames([0]) };
    makeVideos([{ path: file('sound.mkv'), ...sound }]);
    const error = await failureOf(openVideo(file('sound.mkv')));
    expect(error.code).toBe('ERR_VIDEO_NO_STREAM');
    expect(error.message).toMatch(/sound\.mkv.*only audio/);
  });

  test('no such file, a folder, a device, a dangling link', async () => {
    mkdirSync(file('folder.mp4'));
    symlinkSync(file('nowhere'), file('link.mp4'));
    const codeOf = async (path: string) => (await failureOf(openVideo(path))).code;
    expect(await codeOf(file('absent.mp4'))).toBe('ERR_FILE_NOT_FOUND');
    expect(await codeOf(join(file('hls.mp4'), 'inside.mp4'))).toBe('ERR_FILE_NOT_FOUND');
    expect(await codeOf(file('link.mp4'))).toBe('ERR_FILE_NOT_FOUND');
    expect(await codeOf(file('folder.mp4'))).toBe('ERR_FILE_ACCESS');
    expect(await codeOf('/dev/zero')).toBe('ERR_FILE_ACCESS');
    expect(await codeOf('')).toBe('ERR_INVALID_ARGUMENT');
    expect(await codeOf(7 as unknown as string)).toBe('ERR_INVALID_ARGUMENT');
  });
});

test('frames beyond the pixel limit are refused before they are decoded', async () => {
  const gif = Buffer.from('GIF89a\0\0\0\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\0\0\0\0\0\x02\x02D\x01\0;', 'latin1');
  for (const at of [6, 8, 24, 26]) gif.writeUInt16LE(16_000, at);
  writeFileSync(file('bomb.gif'), gif);
  const error = await failureOf(openVideo(file('bomb.gif')));
  expect(error.code).toBe('ERR_VIDEO_DECODE');
  expect(error.message).toMatch(/bomb\.gif.*16000×16000/);
});

test('a decoder outside the whitelist is refused by name', async () => {
  const frames = greyFrames([0, 40, 80]);
  const path = file('snow.mkv');
  makeVideos([{ path, format: 'matroska', codec: 'asv1', width: 64, height: 48, frames }]);
  const error = await failureOf(openVideo(path));
  expect(error.code).toBe('ERR_VIDEO_DECODE');
  expect(error.message).toMatch(/snow\.mkv.*asv1/);
});

test('a clip beyond the byte limit is refused', async () => {
  const video = await openVideo(realFile('full_range.mp4'));
  const frames = Math.ceil(videoLimits.maxClipBytes / (1280 * 720 * 3));
  const error = await failureOf(
    video
      .readClips([{ startSeconds: 0, frames, frameRate: 10 }])
      [Symbol.asyncIterator]()
      .next(),
  );
  expect(error.code).toBe('ERR_INVALID_ARGUMENT');
  expect(error.message).toContain('`frames`');
  await video.close();
});
