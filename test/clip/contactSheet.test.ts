import { PNG } from 'pngjs';
import { contactSheet, framesOf, pngDataUri } from '../../lib/clip/contactSheet';

const clip = {
  data: Uint8Array.from({ length: 2 * 3 * 4 * 3 }, (_, i) => (i * 37) % 256),
  frames: 2,
  height: 3,
  width: 4,
};

/** What a reader of the sheet gets back. */
function decode(uri: string) {
  const png = PNG.sync.read(Buffer.from(uri.replace('data:image/png;base64,', ''), 'base64'));
  const rgb = [...png.data].filter((_, index) => index % 4 !== 3);
  return { rgb, height: png.height, width: png.width };
}

test('frames are the clip cut in time, and come back whole from their PNG', () => {
  const frames = framesOf(clip);
  expect(frames).toHaveLength(2);
  frames.forEach((frame, index) => {
    const expected = [...clip.data.subarray(index * 36, (index + 1) * 36)];
    expect(decode(pngDataUri(frame))).toEqual({ rgb: expected, height: 3, width: 4 });
  });
});

test('of more frames than wanted, some from the first to the last', () => {
  const long = { data: Uint8Array.from({ length: 9 * 3 }, (_, i) => i), frames: 9, height: 1, width: 1 };
  const firstBytes = (most: number) => framesOf(long, most).map(({ data }) => (data[0] as number) / 3);
  expect(firstBytes(3)).toEqual([0, 4, 8]);
  expect(firstBytes(1)).toEqual([0]);
  expect(firstBytes(20)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
});

test('a sheet is one SVG with every frame of every row, and nothing from outside', () => {
  const rows = [
    { title: 'first', frames: framesOf(clip) },
    { title: 'second', detail: 'with detail', frames: framesOf(clip).slice(0, 1) },
  ];
  const svg = contactSheet('A title', rows);
  const uris = [...svg.matchAll(/href="([^"]+)"/g)].map((match) => match[1] as string);
  expect(uris.map(decode)).toEqual([...framesOf(clip), ...framesOf(clip).slice(0, 1)].map(pngDataUri).map(decode));
  for (const text of ['A title', 'first', 'second', 'with detail']) expect(svg).toContain(text);
  // 96 pixels high, in the frame's 4:3.
  expect(svg.match(/width="128" height="96"/g)).toHaveLength(3);
  expect([...svg.matchAll(/https?:\/\/[^"]+/g)].map(([url]) => url)).toEqual(['http://www.w3.org/2000/svg']);
});

test('texts cannot break out of the SVG', () => {
  const svg = contactSheet('a<b>&"c"\u0000', [{ title: '</text><script>', detail: '&', frames: [] }]);
  expect(svg).toContain('a&lt;b&gt;&amp;&quot;c&quot; ');
  expect(svg).not.toContain('<script>');
});
