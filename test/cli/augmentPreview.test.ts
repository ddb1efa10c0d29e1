import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clips, kinetorch, root } from '../support/runCli';
import { temporaryFolder } from '../support/temporaryFolder';

const folder = temporaryFolder();
beforeAll(() => {
  const classes = { bow: ['archery.avi', 'truncated.avi'], ball: ['baseball_pitch.avi', 'not_a_video.mp4'] };
  for (const [label, files] of Object.entries(classes)) {
    mkdirSync(join(folder, label));
    for (const file of files) cpSync(join(clips, file), join(folder, label, file));
  }
});

test('writes a picture of clips of all classes in turn, with the input and augmentation asked for', async () => {
  const out = join(folder, 'seen.svg');
  const input = ['--frames', '4', '--height', '32', '--width', '48', '--resize', '40x60'];
  const augment = ['--crop-area', '0.3,1', '--hue', '0.2', '--erase', '1'];
  const args = ['augment-preview', folder, '-a', 'r3d_18', '-o', out, '--clips', '4', '--versions', '2'];
  const { code, stdout, stderr } = await kinetorch([...args, ...input, ...augment]);
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '', stderr: `wrote ${out}\n` });
  const svg = readFileSync(out, 'utf8');
  expect(svg).toContain('4 frames of 48×32');
  const names = [...svg.matchAll(/(?:ball|bow)\/[\w.]+/g)].map(([name]) => name);
  expect([...new Set(names)]).toEqual([
    'ball/baseball_pitch.avi',
    'bow/archery.avi',
    'ball/not_a_video.mp4',
    'bow/truncated.avi',
  ]);
  // Three clips can be read: each as it is and twice augmented, 4 frames a row.
  expect(svg.match(/<image /g)).toHaveLength(3 * 3 * 4);
});

/** The commands of the documents, less what is said about them on the same line. */
const documented = ['README.md', join('docs', 'training.md')].flatMap((file) =>
  [...readFileSync(join(root, file), 'utf8').matchAll(/kinetorch (augment-preview .+?)(?: {2,}.*| +#.*)?$/gm)].map(
    ([, command]) => command as string,
  ),
);

test.each(documented)('the documented %s', async (command) => {
  const cwd = mkdtempSync(join(tmpdir(), 'kinetorch-cli-documented-'));
  cpSync(folder, join(cwd, 'clips'), { recursive: true });
  expect(await kinetorch(command.split(' '), { cwd })).toEqual({ code: 0, stdout: '', stderr: 'wrote seen.svg\n' });
  rmSync(cwd, { recursive: true });
});

test.each([
  ['neither architecture nor model', [], 'one of --architecture and --from is required'],
  ['a range that is none', ['-a', 'r3d_18', '--crop-area', '1'], 'Expected two numbers'],
])('exits with 2 for %s', async (_, args, message) => {
  const { code, stderr } = await kinetorch(['augment-preview', folder, '-o', join(folder, 'x.svg'), ...args]);
  expect(code).toBe(2);
  expect(stderr).toContain(message);
});

test('exits with 1 for a value out of range, naming it', async () => {
  const args = ['augment-preview', folder, '-a', 'r3d_18', '-o', join(folder, 'x.svg'), '--hue', '0.7'];
  const { code, stderr } = await kinetorch(args);
  expect(code).toBe(1);
  expect(stderr).toContain('--hue to be a number between 0 and 0.5 but received 0.7');
});
