import {
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { RgbClip } from '../../lib/clip/types';
import { openClipCache } from '../../lib/dataset/cache/openClipCache';
import type { ClipCache } from '../../lib/dataset/types';
import { temporaryFolder, writeFiles } from '../support/temporaryFolder';

const temporary = temporaryFolder();
let folder: string;
let folders = 0;
beforeEach(() => {
  folder = join(temporary, `cache-${folders++}`);
});

/** 6 frames of 2×3 pixels, all bytes different from those of other seeds. */
const spanOf = (seed: number): RgbClip => {
  const data = Uint8Array.from({ length: 6 * 18 }, (_, i) => (i * 7 + seed * 31) % 251);
  return { data, frames: 6, height: 2, width: 3 };
};
const spanBytes = 6 * 18;
const fileBytes = 52 + spanBytes;
const all = (frames: number) => Array.from({ length: frames }, (_, i) => i);
const disk = (maxBytes = 1e6) => openClipCache({ where: 'disk', folder, maxBytes }) as Promise<ClipCache>;
const memory = (maxBytes = 1e6) => openClipCache({ where: 'memory', maxBytes }) as Promise<ClipCache>;
const pathOf = (key: string) => join(folder, `${key}.clip`);
/** Sets when files were last used, from the longest ago on. */
const usedInOrder = (...keys: string[]) => {
  for (const [i, key] of keys.entries()) utimesSync(pathOf(key), 1000 + i, 1000 + i);
};

describe.each([
  ['in memory', memory],
  ['on disk', disk],
])('%s', (_, open) => {
  test('gives the frames asked for, in their order, and null for what it has not', async () => {
    const cache = await open();
    const span = spanOf(1);
    await cache.write('a', span);
    expect(await cache.read('a', all)).toEqual(span);
    const picked = await cache.read('a', (frames) => [frames - 1, 2, 3, 3, 0]);
    expect(picked).toMatchObject({ frames: 5, height: 2, width: 3 });
    const frame = (clip: RgbClip | null, i: number) => clip?.data.subarray(i * 18, (i + 1) * 18);
    [5, 2, 3, 3, 0].forEach((index, place) => {
      expect(frame(picked, place)).toEqual(frame(span, index));
    });
    expect(await cache.read('b', all)).toBeNull();
  });

  test('full, it keeps what it has', async () => {
    const cache = await open(2 * fileBytes);
    for (const [key, seed] of Object.entries({ a: 1, b: 2, c: 3 })) await cache.write(key, spanOf(seed));
    expect(await cache.read('a', all)).toEqual(spanOf(1));
    expect(await cache.read('b', all)).toEqual(spanOf(2));
    expect(await cache.read('c', all)).toBeNull();
    expect(cache.hasRoom(spanBytes)).toBe(false);
  });
});

test('off gives none', async () => {
  expect(await openClipCache({ where: 'off' })).toBeNull();
});

describe('on disk', () => {
  test('the next run finds what this one wrote', async () => {
    await (await disk()).write('a', spanOf(1));
    expect(readdirSync(folder)).toEqual(['a.clip']);
    expect(await (await disk()).read('a', all)).toEqual(spanOf(1));
  });

  test.each([
    ['a flipped bit in the frames', () => flip(100)],
    ['a flipped bit in the shape', () => flip(44)],
    ['a flipped bit in the hash', () => flip(20)],
    ['a file cut short', () => truncateSync(pathOf('a'), fileBytes - 5)],
    ['an empty file', () => truncateSync(pathOf('a'), 0)],
    ['another file', () => writeFileSync(pathOf('a'), 'x'.repeat(500))],
  ])('%s is found, removed and written again', async (_, damage) => {
    await (await disk()).write('a', spanOf(1));
    damage();
    const cache = await disk();
    expect(await cache.read('a', all)).toBeNull();
    expect(existsSync(pathOf('a'))).toBe(false);
    await cache.write('a', spanOf(1));
    expect(await cache.read('a', all)).toEqual(spanOf(1));
  });

  const flip = (at: number) => {
    const file = readFileSync(pathOf('a'));
    file[at] = (file[at] as number) ^ 4;
    writeFileSync(pathOf('a'), file);
  };

  test('a file that goes away or shrinks while in use is written again', async () => {
    const cache = await disk();
    await cache.write('a', spanOf(1));
    truncateSync(pathOf('a'), fileBytes - 30);
    expect(await cache.read('a', all)).toBeNull();
    await cache.write('a', spanOf(1));
    expect(await cache.read('a', all)).toEqual(spanOf(1));
  });

  test('opened with a smaller limit, it removes what was used longest ago', async () => {
    const cache = await disk();
    for (const key of ['a', 'b', 'c', 'd']) await cache.write(key, spanOf(1));
    usedInOrder('c', 'a', 'd', 'b');
    await disk(2 * fileBytes);
    expect(readdirSync(folder).sort()).toEqual(['b.clip', 'd.clip']);
  });

  test('reading counts as use', async () => {
    const cache = await disk();
    for (const key of ['a', 'b']) await cache.write(key, spanOf(1));
    usedInOrder('a', 'b');
    await (await disk()).read('a', all);
    expect(statSync(pathOf('a')).mtimeMs).toBeGreaterThan(Date.now() - 60_000);
    await disk(fileBytes);
    expect(readdirSync(folder)).toEqual(['a.clip']);
  });

  test('a run makes room by removing what only earlier runs used', async () => {
    const earlier = await disk();
    for (const key of ['a', 'b', 'c']) await earlier.write(key, spanOf(1));
    usedInOrder('a', 'b', 'c');
    const cache = await disk(3 * fileBytes);
    expect(await cache.read('a', all)).not.toBeNull();
    await cache.write('d', spanOf(4));
    expect(readdirSync(folder).sort()).toEqual(['a.clip', 'c.clip', 'd.clip']);
    await cache.write('e', spanOf(5));
    expect(cache.hasRoom(spanBytes)).toBe(false);
    await cache.write('f', spanOf(6));
    expect(readdirSync(folder).sort()).toEqual(['a.clip', 'd.clip', 'e.clip']);
  });

  test('what a crashed run left is removed, what a running one writes is not', async () => {
    writeFiles(folder, { 'a.clip.tmp-1-1': 'old', 'b.clip.tmp-2-1': 'new', 'notes.txt': 'mine' });
    utimesSync(join(folder, 'a.clip.tmp-1-1'), 1000, 1000);
    await disk();
    expect(readdirSync(folder).sort()).toEqual(['b.clip.tmp-2-1', 'notes.txt']);
  });

  test('a folder taken away costs nothing but time', async () => {
    const cache = await disk();
    await cache.write('a', spanOf(1));
    rmSync(folder, { recursive: true });
    await cache.write('b', spanOf(2));
    expect(await cache.read('a', all)).toBeNull();
    expect(await cache.read('b', all)).toBeNull();
  });

  test('a folder that cannot be made is an error', async () => {
    writeFiles(temporary, { 'a-file': '' });
    await expect(openClipCache({ where: 'disk', folder: join(temporary, 'a-file', 'x') })).rejects.toMatchObject({
      code: 'ERR_FILE_ACCESS',
    });
  });
});
