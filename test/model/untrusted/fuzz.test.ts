/**
 * Damaged and hostile models of which only the weights are trusted, in a process of their own: see fuzz.cjs.
 * KINETORCH_FUZZ=long takes 2,000 flipped bits and 400 truncations.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const isLong = process.env.KINETORCH_FUZZ === 'long';
const counts = isLong ? ['2000', '400'] : ['100', '20'];

test('each is an error of its own, or gives the right logits', async () => {
  const program = join(__dirname, 'fuzz.cjs');
  const { stdout } = await promisify(execFile)(process.execPath, [program, ...counts], { maxBuffer: 2 ** 24 });
  const { outcomes, wrong, maxRSS } = JSON.parse(stdout);
  expect(wrong).toEqual([]);
  expect(outcomes.right).toBeGreaterThan(0);
  expect(outcomes.ERR_WEIGHTS).toBeGreaterThan(0);
  expect(outcomes.ERR_MODEL_FORMAT).toBeGreaterThan(0);
  expect(maxRSS).toBeLessThan(1500);
}, 1_200_000);
