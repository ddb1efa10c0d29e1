import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

interface Result {
  /** swscale wrote the colour into the format, and the converter read it back. */
  isWritten?: boolean;
  pixel?: number[];
  warnings?: string[];
  error?: string;
}

const colour = [200, 64, 32];
const luma = Math.round(0.299 * 200 + 0.587 * 64 + 0.114 * 32);

/** What swscale itself cannot read. */
const unreadable = /^(bgr4|rgb4|(y21[026]|x2rgb10|x2bgr10|xv30|v30x)be|(rgbaf32|rgba128|rgb96|gray32|gbrap32)[bl]e)$/;
/** Bits of the coarsest component of formats with few; the values of the others are at most 2 off. */
const bitsOf = (name: string) =>
  name.startsWith('mono') || /^(rgb|bgr)4/.test(name)
    ? 1
    : /^(rgb|bgr)8$/.test(name)
      ? 2
      : /444[bl]e$/.test(name)
        ? 4
        : /555|565/.test(name)
          ? 5
          : 8;

function convertAll(flags: string[]): Record<string, Result> {
  const script = join(__dirname, 'convertFormats.mjs');
  const argument = JSON.stringify({ colour, flags });
  const { stdout } = spawnSync(process.execPath, [script, argument], { encoding: 'utf8', maxBuffer: 2 ** 24 });
  return JSON.parse(stdout) as Record<string, Result>;
}

test.each([
  { kind: 'progressive', flags: [] },
  { kind: 'interlaced', flags: ['AV_FRAME_FLAG_INTERLACED', 'AV_FRAME_FLAG_TOP_FIELD_FIRST'] },
])('every pixel format that swscale reads becomes RGB: $kind frames', ({ flags }) => {
  const results = convertAll(flags);
  expect(Object.keys(results).length).toBeGreaterThan(230);
  for (const [name, { isWritten, pixel, error, warnings }] of Object.entries(results)) {
    expect(`${name}: ${error}`).toBe(`${name}: ${unreadable.test(name) ? 'ERR_VIDEO_DECODE' : undefined}`);
    if (!isWritten || pixel === undefined || name.startsWith('mono')) continue;
    const expected = /^(gray|ya)/.test(name) ? [luma, luma, luma] : colour;
    const room = bitsOf(name) === 8 ? 2 : 255 / (2 ** bitsOf(name) - 1);
    const worst = Math.max(...pixel.map((value, channel) => Math.abs(value - (expected[channel] as number))));
    expect(`${name} ${pixel}: ${worst <= room}`).toBe(`${name} ${pixel}: true`);
    if (flags.length === 0) expect(warnings).toEqual([]);
  }
  const warning = expect.stringContaining('interlaced (top field first)');
  expect(results.yuyv422?.warnings).toEqual(flags.length > 0 ? [warning] : []);
  // As an interlaced PNG, whose pixels are only stored in another order.
  expect(results.rgb24?.warnings).toEqual([]);
});
