import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { openVideo } from '../../lib/video/openVideo';
import { collect, failureOf, frameHashes, realFile, shownAt } from '../support/videos';

// Sizes and counts are those of ../shared/data/clips/README.md where it gives them; durations are the time at which the
// last frame leaves the screen. `rate`: frames a second where the file's stamps are rounded, or are those of decoding.
const files: {
  name: string;
  codec: string;
  width: number;
  height: number;
  frames: number;
  seconds: number;
  rate?: number;
}[] = [
  { name: 'archery.avi', codec: 'mpeg4', width: 320, height: 240, frames: 131, seconds: 131 / 25 },
  { name: 'baseball_pitch.avi', codec: 'mpeg4', width: 320, height: 240, frames: 107, seconds: (107 * 1001) / 30000 },
  { name: 'flipping_pancake.mkv', codec: 'h264', width: 426, height: 240, frames: 310, seconds: 310 / 30, rate: 30 },
  { name: 'h264_10bit.mp4', codec: 'h264', width: 200, height: 200, frames: 30, seconds: 1 },
  { name: 'full_range.mp4', codec: 'h264', width: 1280, height: 720, frames: 30, seconds: 1 },
  { name: 'av1.mkv', codec: 'av1', width: 640, height: 360, frames: 125, seconds: 5 },
  { name: 'vp8.webm', codec: 'vp8', width: 640, height: 356, frames: 1, seconds: 0.045 },
  { name: 'mjpeg.mov', codec: 'mjpeg', width: 640, height: 480, frames: 15, seconds: 1.5 },
  { name: 'flash.flv', codec: 'flv', width: 268, height: 156, frames: 25, seconds: 0.717 },
  { name: 'newtons_cradle.gif', codec: 'gif', width: 200, height: 150, frames: 36, seconds: 0.82 },
  { name: 'odd_rate.mp4', codec: 'h264', width: 320, height: 240, frames: 36, seconds: (36 * 1499) / 45000 },
  { name: 'variable_rate.mp4', codec: 'h264', width: 320, height: 240, frames: 87, seconds: 5.24 },
  { name: 'rotated.mp4', codec: 'h264', width: 240, height: 320, frames: 131, seconds: 131 / 25 },
  { name: 'truncated.avi', codec: 'mpeg4', width: 320, height: 240, frames: 78, seconds: 3.12, rate: 25 },
];

/** Every frame of the file in order, decoded from start to end by a script of its own. */
function listFrames(path: string, rate?: number): { time: number; hash: string }[] {
  const script = join(__dirname, 'listFrames.mjs');
  const { stdout } = spawnSync(process.execPath, [script, path], { encoding: 'utf8', maxBuffer: 2 ** 24 });
  const frames = JSON.parse(stdout) as { time: number | null; hash: string }[];
  let last = 0;
  return frames.map(({ time, hash }, i) => {
    last = rate === undefined ? (time ?? last + 0.04) : i / rate;
    return { time: last, hash };
  });
}

describe.each(files)('$name', ({ name, codec, width, height, frames, seconds, rate }) => {
  test('says what it is', async () => {
    const video = await openVideo(realFile(name));
    expect(video.info).toMatchObject({ path: realFile(name), codec, width, height });
    expect(video.info.rotation).toBe(name === 'rotated.mp4' ? 270 : 0);
    expect(video.info.durationSeconds).toBeCloseTo(seconds, 2);
    const faults: Record<string, RegExp> = { 'truncated.avi': /cut short/, 'vp8.webm': /a single picture/ };
    expect(video.warnings).toEqual(name in faults ? [expect.stringMatching(faults[name] as RegExp)] : []);
    await video.close();
  });

  test('shows at every instant the frame a viewer would see, wherever it is sought', async () => {
    const all = listFrames(realFile(name), rate);
    expect(all.length).toBe(frames);
    const times = all.map(({ time }) => time);
    const end = times.at(-1) as number;
    const video = await openVideo(realFile(name));
    // Backwards, forwards, far and near, at instants on and between frames, before the start and past the end.
    const starts = [end - 0.5, 0, end / 2 + 0.003, -0.3, end * 0.9, end * 0.3, end * 0.31, end + 4];
    const windows = starts.map((startSeconds, i) => ({
      startSeconds,
      frames: 7,
      frameRate: [30, 12.5, 7][i % 3] as number,
    }));
    const clips = await collect(video.readClips(windows));
    expect(clips.length).toBe(windows.length);
    clips.forEach((clip, i) => {
      const { startSeconds, frameRate } = windows[i] as (typeof windows)[number];
      const expected = Array.from({ length: 7 }, (_, k) => all[shownAt(times, startSeconds + k / frameRate)]?.hash);
      expect(clip).toMatchObject({ frames: 7, width, height, startSeconds });
      expect(frameHashes(clip)).toEqual(expected);
    });
    await video.close();
  });

  test('slides from the first frame to the last', async () => {
    const all = listFrames(realFile(name), rate);
    const times = all.map(({ time }) => time);
    const video = await openVideo(realFile(name));
    const [windowFrames, frameRate, strideSeconds] = [8, 10, 0.5];
    const clips = await collect(video.slide({ frames: windowFrames, frameRate, strideSeconds }));
    clips.forEach((clip, i) => {
      expect(clip.startSeconds).toBeCloseTo(i * strideSeconds, 9);
      const instants = Array.from({ length: windowFrames }, (_, k) => i * strideSeconds + k / frameRate);
      expect(frameHashes(clip)).toEqual(instants.map((time) => all[shownAt(times, time)]?.hash));
    });
    expect(frameHashes(clips.at(-1) as (typeof clips)[number]).at(-1)).toBe(all.at(-1)?.hash);
    await video.close();
  });
});

test('truncated.avi says that it was cut short', async () => {
  const video = await openVideo(realFile('truncated.avi'));
  expect(video.warnings[0]).toMatch(
    /cut short: its header promises 6\.56 s of video, but the last frame ends at 3\.12 s/,
  );
  await video.close();
});

test.each(['corrupt.mkv', 'not_a_video.mp4'])('%s is refused by name', async (name) => {
  const error = await failureOf(openVideo(realFile(name)));
  expect(error.code).toBe('ERR_VIDEO_OPEN');
  expect(error.message).toContain(name);
});
