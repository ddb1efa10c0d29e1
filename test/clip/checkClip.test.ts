import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkClip } from '../../lib/clip/checkClip';

test('a side may be as long as native code allows', () => {
  const header = readFileSync(join(__dirname, '..', '..', 'native', 'runtime', 'max_side.h'), 'utf8');
  const max = Number(/kMaxSide = (\d+);/.exec(header)?.[1]);
  const row = (width: number) => ({ data: new Uint8Array(3 * width), frames: 1, height: 1, width });
  expect(checkClip(row(max)).width).toBe(max);
  expect(() => checkClip(row(max + 1))).toThrow(`an integer between 1 and ${max} but`);
});
