import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bridgeClocks } from '../../lib/video/decoder/bridgeClocks';
import { FrameGrid } from '../../lib/video/decoder/frameGrid';
import { openVideo } from '../../lib/video/openVideo';
import { temporaryFolder } from '../support/temporaryFolder';
import { collect, makeVideos, shownNumbers, type VideoSpec } from '../support/videos';

const folder = temporaryFolder();
const file = (name: string) => join(folder, name);

const numbered = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => ({ pts: i, number: from + i }));
const steady = (count: number, step = 1, from = 0) => Array.from({ length: count }, (_, i) => from + i * step);

const common = { width: 64, height: 64, timeBase: [1, 25] as [number, number], rate: [25, 1] as const, gop: 10 };
const x264 = { format: 'mpegts', codec: 'libx264', options: { crf: '10', preset: 'ultrafast' }, ...common };
const mpeg2 = { format: 'mpeg', codec: 'mpeg2video', options: { qmin: '2', qmax: '2' }, bFrames: 2, ...common };

function make(name: string, spec: Omit<VideoSpec, 'path' | 'frames'>, from: number, count: number): Buffer {
  makeVideos([{ ...spec, path: file(name), frames: numbered(from, count) }]);
  return readFileSync(file(name));
}

/** Each frame at its own rate from first to last, and then some windows that are sought. */
async function expectInOrder(path: string, count: number): Promise<readonly string[]> {
  await using video = await openVideo(path);
  expect(video.info.durationSeconds).toBeCloseTo(count / 25, 2);
  expect(video.info.frameRate).toBeCloseTo(25, 1);
  const all = await collect(video.slide({ frames: 5, frameRate: 25, strideSeconds: 0.2 }));
  expect(all.flatMap(shownNumbers)).toEqual(steady(count));
  const starts = [count - 5, 3, Math.floor(count / 2), Math.floor(count * 0.8), Math.floor(count * 0.3)];
  const windows = starts.map((start) => ({ startSeconds: start / 25, frames: 5, frameRate: 25 }));
  const clips = await collect(video.readClips(windows));
  expect(clips.map(shownNumbers)).toEqual(starts.map((start) => steady(5, 1, start)));
  return video.warnings;
}

describe('streams that were joined as bytes', () => {
  test.each([
    { name: 'two.ts', spec: { ...x264, options: { ...x264.options, bf: '2' } }, parts: [60, 60] },
    { name: 'three.ts', spec: { ...x264, options: { ...x264.options, bf: '0' } }, parts: [15, 40, 75] },
    { name: 'two.mpg', spec: mpeg2, parts: [80, 40] },
  ])('$name goes on where the clock begins anew', async ({ name, spec, parts }) => {
    let from = 0;
    const bytes = parts.map((count, i) => {
      from += count;
      return make(`${i}-${name}`, spec, from - count, count);
    });
    writeFileSync(file(name), Buffer.concat(bytes));
    const warnings = await expectInOrder(file(name), from);
    expect(warnings.join()).toMatch(/clock of the file jumps/);
  });
});

/** Overwrites the time of display of picture `n` of a transport stream without B-frames. */
function restamp(bytes: Buffer, n: number, stamp: number): void {
  const start = Buffer.from([0, 0, 1, 0xe0]);
  let at = bytes.indexOf(start);
  for (let i = 0; i < n; i++) at = bytes.indexOf(start, at + 4);
  const high = Math.floor(stamp / 2 ** 30) & 7;
  const [middle, low] = [Math.floor(stamp / 2 ** 15) & 0x7fff, stamp & 0x7fff];
  bytes[at + 9] = 0x21 | (high << 1);
  bytes.writeUInt16BE((middle << 1) | 1, at + 10);
  bytes.writeUInt16BE((low << 1) | 1, at + 12);
}

test.each([0, 40, 99])('a single absurd time, of frame %i, does not make the video an hour long', async (n) => {
  const bytes = make('stray.ts', { ...x264, options: { ...x264.options, bf: '0' } }, 0, 100);
  restamp(bytes, n, 126_000 + 3600 * 90_000);
  writeFileSync(file('stray.ts'), bytes);
  const warnings = await expectInOrder(file('stray.ts'), 100);
  expect(warnings).toHaveLength(1);
});

test('a clock that begins again at zero after 26 hours', async () => {
  const bytes = make('wrap.ts', { ...x264, options: { ...x264.options, bf: '0' } }, 0, 100);
  for (let n = 0; n < 100; n++) restamp(bytes, n, (2 ** 33 - 40 * 3600 + n * 3600) % 2 ** 33);
  writeFileSync(file('wrap.ts'), bytes);
  await expectInOrder(file('wrap.ts'), 100);
});

describe('bridging', () => {
  const bridge = (order: number[], isCuttable = false, slack = 60) =>
    bridgeClocks({ order, shown: order, tick: 1 / 1000, usual: 40, slack, isCuttable });
  const bridged = (order: number[], isCuttable?: boolean) =>
    bridge(order, isCuttable).shifts.map((shift, i) => (order[i] as number) + shift);

  test('a clock that goes back goes on', () => {
    expect(bridged([...steady(50, 40), ...steady(50, 40)])).toEqual(steady(100, 40));
  });

  test('a long step is a break where streams are cut, else a pause', () => {
    const paused = [...steady(50, 40), ...steady(50, 40, 100_000)];
    expect(bridged(paused, true)).toEqual(steady(100, 40));
    expect(bridged(paused)).toEqual(paused);
    expect(bridge(paused)).toMatchObject({ breaks: 0, strays: 0 });
  });

  test('a lone picture an hour away is moved to the others', () => {
    expect(bridged([...steady(50, 40), 3_600_000])).toEqual(steady(51, 40));
    expect(bridged([-3_600_000, ...steady(50, 40)]).map((time) => time + 3_600_000)).toEqual(steady(51, 40));
  });

  test('a picture now and then is no jump', () => {
    const slides = steady(20, 30_000);
    expect(
      bridgeClocks({ order: slides, shown: slides, tick: 1 / 1000, usual: 30_000, slack: 45_000, isCuttable: true }),
    ).toMatchObject({ breaks: 0, strays: 0 });
  });

  test('times far from those on both sides mean nothing', () => {
    const order = steady(50, 40);
    [order[20], order[21]] = [3_600_000, 3_600_040];
    expect(bridge(order)).toMatchObject({ breaks: 0, strays: 2 });
  });

  test('small steps back are left alone', () => {
    expect(bridge([0, 40, 30, 80, 80, 120])).toMatchObject({ breaks: 0, strays: 0 });
  });
});

describe('the rate behind rounded stamps', () => {
  const rounded = (rate: number, places: readonly number[], tick: number) =>
    places.map((place) => Math.round(place / rate / tick));
  const gaps = steady(200).filter((place) => place % 7 !== 3 && (place < 40 || place > 90));

  test.each([
    { rate: 30, tick: 1 / 1000, named: [30] },
    { rate: 30, tick: 1 / 1000, named: [] },
    { rate: 30000 / 1001, tick: 1 / 1000, named: [29.97] },
    { rate: 60000 / 1001, tick: 1 / 1000, named: [959 / 16, 60000 / 1001] },
    { rate: 24000 / 1001, tick: 1 / 90_000, named: [24] },
    { rate: 240, tick: 1 / 1000, named: [240] },
    { rate: 30000 / 1001, tick: 1 / 600, named: [29.9] },
  ])('$rate a second in ticks of $tick s, named $named', ({ rate, tick, named }) => {
    const places = steady(200);
    const grid = FrameGrid.of(rounded(rate, places, tick), named, tick);
    rounded(rate, places, tick).forEach((stamp, place) => {
      expect(grid?.snap(stamp * tick)).toBeCloseTo(place / rate, 9);
    });
  });

  test('gaps are allowed where the rate is named', () => {
    const grid = FrameGrid.of(rounded(30, gaps, 1 / 1000), [30], 1 / 1000);
    for (const place of gaps) expect(grid?.snap(Math.round((place * 1000) / 30) / 1000)).toBeCloseTo(place / 30, 9);
  });

  test('milliseconds that another container took over', () => {
    const stamps = rounded(30, steady(100), 1 / 1000).map((stamp) => stamp * 16);
    expect(FrameGrid.of(stamps, [30], 1 / 16_000)?.snap(0.067)).toBeCloseTo(2 / 30, 9);
  });

  test.each([
    { what: 'a rate that varies', stamps: steady(100).map((i) => i * 33 + ((i * i * 7) % 23)), tick: 1 / 1000 },
    { what: 'exact stamps', stamps: steady(100, 512), tick: 1 / 12_800 },
    { what: 'a single picture', stamps: [7], tick: 1 / 1000 },
    { what: 'one time for all', stamps: [7, 7, 7], tick: 1 / 1000 },
  ])('$what: none', ({ stamps, tick }) => {
    expect(FrameGrid.of(stamps, [30, 25], tick)).toBeNull();
  });
});
