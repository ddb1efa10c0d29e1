import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { kinetorch, root } from '../support/runCli';
import { temporaryFolder } from '../support/temporaryFolder';

const folder = temporaryFolder();
const sample = join(root, 'examples', 'media', 'camera-moves.mp4');
const out = join(folder, 'heat.svg');

test('writes a sheet of the sample video, and says what was seen when', async () => {
  const args = ['explain', sample, '-o', out, '--layer', 'layer2', '--moments', '2', '--threads', '1'];
  const { code, stdout, stderr } = await kinetorch(args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: `wrote ${out}\n` });
  expect(stdout).toMatch(/^ {2} 0:00\.0 – 0:02\.7 .*%/m);
  expect(readFileSync(out, 'utf8').match(/<image /g)).toHaveLength(2 * 6 + 1);
}, 60_000);

test('gives one JSON document', async () => {
  const args = ['explain', sample, '-o', out, '--label', 'zoom in', '--threads', '1', '--json'];
  const { code, stdout } = await kinetorch(args);
  expect(code).toBe(0);
  const { segments, warnings } = JSON.parse(stdout);
  expect(warnings).toEqual([]);
  expect(segments[0]).toEqual({
    startSeconds: 0,
    endSeconds: expect.any(Number),
    label: 'zoom in',
    score: expect.any(Number),
  });
}, 60_000);

test.each([
  [2, ['explain', sample], "required option '-o, --out <file>'"],
  [2, ['explain', sample, '-o', out, '--method', 'scorecam'], 'gradcam, hirescam, layercam, eigencam'],
  [1, ['explain', sample, '-o', join(folder, 'heat.gif')], '.mp4, .svg, .png'],
  [1, ['explain', sample, '-o', join(folder, 'few.mp4'), '--moments', '2'], '--moments to be left out of an .mp4'],
  [1, ['explain', sample, '-o', join(folder, 'none.svg'), '--label', 'nod'], "one of the model's"],
])(
  'exits with %d for %j',
  async (expected, args, message) => {
    const { code, stderr } = await kinetorch(args);
    expect({ code, stderr }).toEqual({ code: expected, stderr: expect.stringContaining(message) });
    expect(existsSync(join(folder, 'none.svg'))).toBe(false);
  },
  60_000,
);
