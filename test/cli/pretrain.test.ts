import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { clips, jsonLines, kinetorch } from '../support/runCli';
import { temporaryFolder } from '../support/temporaryFolder';

const folder = temporaryFolder();
const data = join(folder, 'videos');
beforeAll(async () => {
  await mkdir(join(data, 'deep', 'er'), { recursive: true });
  for (const [index, name] of [
    'odd_rate.mp4',
    'rotated.mp4',
    'odd_rate.mp4',
    'rotated.mp4',
    'odd_rate.mp4',
  ].entries()) {
    await copyFile(join(clips, name), join(data, index % 2 === 0 ? '' : 'deep/er', `${index}.mp4`));
  }
});

const small = [
  '--frames',
  '4',
  '--height',
  '40',
  '--width',
  '40',
  '--resize',
  '40x40',
  '--batch-size',
  '2',
  '--threads',
  '1',
];
const pretrain = (out: string, ...args: string[]) => [
  ...['pretrain', data, '-a', 'r2plus1d_dw', '-o', join(folder, out)],
  ...small,
  ...args,
];

describe('pretrain', () => {
  test('prints its errors, and what it wrote can be looked at and trained from', async () => {
    const { code, stdout, stderr } = await kinetorch(pretrain('pre', '--epochs', '2', '--mask-ratio', '0.6'));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^4 training clips, 1 validation clip; 2 epochs of 2 steps on /);
    expect(stdout).toMatch(/^epoch 2\/2 {2}loss \d\.\d{3} {2}pixels \d\.\d{3} {2}difference \d\.\d{3} .*clips\/s/m);
    expect(stdout).toMatch(
      /^Best epoch: [12]: loss \d\.\d{3} \(1 has learned nothing\), pixels \d\.\d{3}, difference /m,
    );
    expect(stdout).toContain(`npx kinetorch train <data> --from ${join(folder, 'pre', 'best.pt')}`);
    const { stdout: text } = await kinetorch(['inspect', join(folder, 'pre', 'best.pt')]);
    expect(text).toMatch(/task +gives clips back \(masked\); no head/);
    const refused = await kinetorch(['classify', '--model', join(folder, 'pre', 'best.pt'), join(data, '0.mp4')]);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('adds a head');
  });

  test('an interrupted run goes on with --resume, and its flags are in messages', async () => {
    const stopped = await kinetorch(pretrain('stopped', '--epochs', '9', '--json'), {
      interruptAfter: '"type":"step"',
    });
    expect(stopped.code).toBe(130);
    expect(stopped.stderr).toMatch(/ after step \d+, and goes on from there with --resume; its checkpoint is /);
    const resumed = await kinetorch(['pretrain', '--resume', join(folder, 'stopped'), '--json']);
    expect(resumed.code).toBe(0);
    expect(jsonLines(resumed.stdout).at(-1)).toMatchObject({ type: 'end', result: { epochs: 9 } });
    const fixed = await kinetorch(['pretrain', '--resume', join(folder, 'stopped'), '--mask-cell', '16']);
    expect(fixed.stderr).toContain('leave out --mask-cell');
    const other = await kinetorch(['train', '--resume', join(folder, 'stopped')]);
    expect(other.stderr).toContain('not of `pretrain`');
    const hidden = await kinetorch(pretrain('hidden', '--mask-cell', '40'));
    expect(hidden.stderr).toMatch(/expected --mask-ratio to be of a ratio and a cell that hide something/);
  });
});
