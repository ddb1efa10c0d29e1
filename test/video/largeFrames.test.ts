import { resizedSize } from '../../lib/clip/resizedSize';
import { callNative, native } from '../../lib/native';
import { PictureResizer } from '../../lib/video/decoder/pictureResizer';
import { openDecodedVideo, openVideo } from '../../lib/video/openVideo';
import type { Resize, VideoClip } from '../../lib/video/types';
import { collect, realFile } from '../support/videos';

const windows = [{ startSeconds: 0.2, frames: 2, frameRate: 10 }];

/** What the native resize makes of frames. */
const resized = ({ data, frames, height, width }: VideoClip, { size, antialias }: Resize) =>
  callNative(() => native().resizeClip({ data, frames, height, width }, [...size], antialias));

/** A clip that a decoder which knows the resize hands over, and the same one as stored. */
async function bothWays(name: string, resize: Resize): Promise<{ sent: VideoClip; stored: VideoClip }> {
  await using knowing = await openDecodedVideo(realFile(name), { resize });
  await using plain = await openVideo(realFile(name));
  expect(knowing.info).toEqual(plain.info);
  const [sent] = await collect(knowing.readClips(windows));
  const [stored] = await collect(plain.readClips(windows));
  expect(knowing.frameSize).toEqual({ height: sent?.height, width: sent?.width });
  return { sent: sent as VideoClip, stored: stored as VideoClip };
}

function difference(a: Uint8Array, b: Uint8Array): { mean: number; largest: number } {
  expect(a.length).toBe(b.length);
  const differences = a.map((value, i) => Math.abs(value - (b[i] as number)));
  return { mean: differences.reduce((sum, one) => sum + one, 0) / a.length, largest: Math.max(...differences) };
}

test.each([
  { height: 333, width: 517, size: [128, 171] },
  { height: 517, width: 333, size: [112] },
  // LibTorch sums small pictures in another order.
  { height: 240, width: 322, size: [48, 64] },
  { height: 97, width: 61, size: [224, 224] },
  { height: 1, width: 1, size: [3, 5] },
])('$height×$width resized to $size, to the byte as the native resize', async ({ height, width, size }) => {
  const data = Uint8Array.from({ length: height * width * 3 }, (_, i) => (i * 2654435761) >>> 24);
  const to = resizedSize(size, { height, width });
  const view = { bytes: Buffer.from(data.buffer), first: 0, right: 3, down: width * 3, width, height };
  const clip = await callNative(() => native().resizeClip({ data, frames: 1, height, width }, size, false));
  expect(clip).toMatchObject(to);
  const picture = new PictureResizer(to.height, to.width).resize(view);
  expect(picture.equals(Buffer.from(clip.data))).toBe(true);
});

test.each([
  { name: 'full_range.mp4', size: [128, 171] },
  { name: 'full_range.mp4', size: [300] },
  { name: 'archery.avi', size: [112, 112] },
  // Turned by a quarter.
  { name: 'rotated.mp4', size: [100, 80] },
])('$name comes resized to $size, as if whole frames had been resized', async ({ name, size }) => {
  const resize = { size, antialias: false };
  const { sent, stored } = await bothWays(name, resize);
  const expected = await resized(stored, resize);
  expect(sent).toMatchObject({ height: expected.height, width: expected.width });
  expect(Buffer.from(sent.data).equals(Buffer.from(expected.data))).toBe(true);
});

test('frames that are not much larger come as stored', async () => {
  const { sent, stored } = await bothWays('archery.avi', { size: [128, 171], antialias: false });
  expect(sent).toEqual(stored);
});

test('before an antialiased resize to a fraction, frames are reduced to 4 times that', async () => {
  const resize = { size: [64], antialias: true };
  const { sent, stored } = await bothWays('full_range.mp4', resize);
  expect(sent).toMatchObject({ height: 256, width: 452 });
  const [twice, once] = await Promise.all([resized(sent, resize), resized(stored, resize)]);
  const { mean, largest } = difference(twice.data, once.data);
  expect(mean).toBeLessThan(1);
  expect(largest).toBeLessThan(24);
});

test('10 bits are rounded to 8 before a resize to an eighth', async () => {
  const resize = { size: [24, 25], antialias: false };
  const { sent, stored } = await bothWays('h264_10bit.mp4', resize);
  const expected = await resized(stored, resize);
  const { mean } = difference(sent.data, expected.data);
  // Most of it at edges of colour: of 200×200 pixels, chroma has 100×100, which are no longer interpolated.
  expect(mean).toBeGreaterThan(0);
  expect(mean).toBeLessThan(4);
});
