import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { openVideo } from '../../lib/video/openVideo';
import type { VideoClip } from '../../lib/video/types';
import { temporaryFolder } from '../support/temporaryFolder';
import { collect, failureOf, greyIndices, makeVideos, realFile } from '../support/videos';

const folder = temporaryFolder();

function writePng(path: string, clip: VideoClip, frame: number): void {
  const { height, width } = clip;
  const size = height * width * 3;
  const png = new PNG({ height, width });
  png.data = Buffer.from(clip.data.subarray(frame * size, (frame + 1) * size));
  writeFileSync(path, PNG.sync.write(png, { colorType: 2, inputColorType: 2, inputHasAlpha: false, filterType: 0 }));
}

/** Grey JPEG files, each a little lighter than the one before. */
function makeJpegs(name: string, files: string[], size = { width: 32, height: 32 }): string {
  const path = join(folder, name);
  mkdirSync(path);
  makeVideos(
    files.map((file, i) => ({
      path: join(path, file),
      format: 'mjpeg',
      codec: 'mjpeg',
      ...size,
      pixelFormat: 'yuvj420p',
      frames: [{ pts: 0, y: Math.round(((20 + i * 2 - 16) * 255) / 219), u: 128, v: 128 }],
    })),
  );
  return path;
}

test('PNG files of a real clip decode to the very same frames', async () => {
  await using video = await openVideo(realFile('archery.avi'));
  const [clip] = await collect(video.readClips([{ startSeconds: 1, frames: 4, frameRate: 25 }]));
  const path = join(folder, 'png');
  mkdirSync(path);
  // Without leading zeros: frame10 comes after frame9.
  for (let i = 0; i < 4; i++) writePng(join(path, `frame${i + 8}.png`), clip as VideoClip, i);
  writeFileSync(join(path, 'notes.txt'), 'no picture');
  await using pictures = await openVideo(path, { pictureRate: 10 });
  expect(pictures.info).toEqual({
    path,
    container: 'pictures',
    codec: 'png',
    width: 320,
    height: 240,
    rotation: 0,
    sampleAspectRatio: 1,
    durationSeconds: 0.4,
    frameRate: 10,
  });
  const [same] = await collect(pictures.readClips([{ startSeconds: 0, frames: 4, frameRate: 10 }]));
  expect(Buffer.from((same as VideoClip).data).equals(Buffer.from((clip as VideoClip).data))).toBe(true);
});

test('hidden files are no frames, and pictures of several kinds are told', async () => {
  const path = makeJpegs('flow', ['img_0001.jpg', 'img_0002.jpg']);
  for (const name of ['.DS_Store', '._img_0001.jpg', '.hidden.png', 'Thumbs.db']) writeFileSync(join(path, name), 'x');
  await using plain = await openVideo(path, { pictureRate: 10 });
  expect([plain.info.durationSeconds, plain.warnings]).toEqual([0.2, []]);
  const mixed = makeJpegs('mixed', ['img_0001.jpg', 'flow_x_0001.jpg', 'flow_y_0001.jpg']);
  await using several = await openVideo(mixed, { pictureRate: 10 });
  expect(several.warnings).toEqual([
    'pictures of several kinds are taken for frames of one video: flow_x_#, flow_y_#, img_#',
  ]);
});

test('JPEG files are shown at their rate, forwards, backwards and sliding', async () => {
  const path = makeJpegs('jpeg', ['1.jpg', '2.JPG', '3.jpeg', '10.jpg', '11.jpg', '12.jpg']);
  await using video = await openVideo(path, { pictureRate: 5 });
  const clips = await collect(
    video.readClips([
      { startSeconds: 0, frames: 8, frameRate: 5 },
      { startSeconds: 0.1, frames: 4, frameRate: 10 },
      { startSeconds: -1, frames: 2, frameRate: 1 },
    ]),
  );
  expect(clips.map(greyIndices)).toEqual([
    [0, 1, 2, 3, 4, 5, 5, 5],
    [0, 1, 1, 2],
    [0, 0],
  ]);
  const slid = await collect(video.slide({ frames: 4, frameRate: 5, strideSeconds: 0.8 }));
  expect(slid.map(greyIndices)).toEqual([
    [0, 1, 2, 3],
    [4, 5, 5, 5],
  ]);
});

test('a broken picture fails the clip that shows it, by name, and no other', async () => {
  const path = makeJpegs('broken', ['a.jpg', 'b.jpg', 'c.jpg']);
  writeFileSync(join(path, 'b.jpg'), 'no picture');
  await using video = await openVideo(path, { pictureRate: 1 });
  const failure = await failureOf(collect(video.readClips([{ startSeconds: 0, frames: 3, frameRate: 1 }])));
  expect(failure.code).toBe('ERR_VIDEO_DECODE');
  expect(failure.message).toContain('b.jpg');
  const [clip] = await collect(video.readClips([{ startSeconds: 2, frames: 1, frameRate: 1 }]));
  expect(greyIndices(clip as VideoClip)).toEqual([2]);
});

test('what is no folder of pictures is told', async () => {
  const empty = join(folder, 'empty');
  mkdirSync(empty);
  const failure = (path: string, pictureRate = 25) => failureOf(openVideo(path, { pictureRate }));
  expect((await failure(empty)).message).toMatch(/hold JPEG or PNG pictures/);
  expect((await failure(empty)).code).toBe('ERR_VIDEO_OPEN');
  expect((await failure(join(folder, 'none'))).code).toBe('ERR_FILE_NOT_FOUND');
  expect((await failure(realFile('archery.avi'))).code).toBe('ERR_FILE_ACCESS');
  expect((await failure(empty, 0)).code).toBe('ERR_INVALID_ARGUMENT');
});

test('a JPEG is turned as its EXIF says', async () => {
  const path = makeJpegs('turned', ['1.jpg', '2.jpg'], { width: 48, height: 32 });
  // Orientation 6: the camera was held upright.
  const entry = [0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0];
  const exif = Buffer.from([...Buffer.from('Exif\0\0MM\0*\0\0\0\b', 'latin1'), 0, 1, ...entry, 0, 0, 0, 0]);
  const marker = Buffer.from([0xff, 0xe1, 0, exif.length + 2]);
  const first = readFileSync(join(path, '1.jpg'));
  writeFileSync(join(path, '1.jpg'), Buffer.concat([first.subarray(0, 2), marker, exif, first.subarray(2)]));
  await using video = await openVideo(path, { pictureRate: 1 });
  expect(video.info).toMatchObject({ width: 32, height: 48, rotation: 90 });
  // The second lies on its side, and is scaled to the first.
  const [clip] = await collect(video.readClips([{ startSeconds: 0, frames: 2, frameRate: 1 }]));
  expect(clip).toMatchObject({ width: 32, height: 48 });
  expect(greyIndices(clip as VideoClip)).toEqual([0, 1]);
});
