import { copyFile, mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CliOptions, clips, jsonLines, kinetorch } from '../support/runCli';
import { temporaryFolder } from '../support/temporaryFolder';

const folder = temporaryFolder();
beforeAll(async () => {
  for (const [label, source] of Object.entries({ one: 'odd_rate.mp4', two: 'rotated.mp4' })) {
    await mkdir(join(folder, 'data', label), { recursive: true });
    for (const number of [1, 2, 3]) {
      await copyFile(join(clips, source), join(folder, 'data', label, `${number}.mp4`));
    }
  }
});

const train = (out: string, ...args: string[]) => {
  const small = ['--frames', '8', '--height', '32', '--width', '40', '--batch-size', '2'];
  return [
    'train',
    join(folder, 'data'),
    '--architecture',
    'r2plus1d_dw',
    '--out',
    join(folder, out),
    ...small,
    ...args,
  ];
};

describe('train', () => {
  test('prints a line an epoch and a summary, and what it wrote can be used', async () => {
    const { code, stdout, stderr } = await kinetorch(train('run', '--epochs', '2'));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^2 classes, 4 training clips, 2 validation clips; 2 epochs of 2 steps on /);
    expect(stdout).toMatch(/^epoch 2\/2 {2}loss \d\.\d{3} .* top-1 +\d+\.\d% .* clips\/s/m);
    expect(stdout).toMatch(/^Best epoch: [12]: /m);
    expect(stdout).not.toContain('\u001b');
    const { stdout: text } = await kinetorch(['inspect', join(folder, 'run', 'best.pt')]);
    expect(text).toMatch(/labels +2: one, two\n/);
  });

  test('--json gives one event a line', async () => {
    const { code, stdout } = await kinetorch(train('json', '--epochs', '1', '--optimizer', 'sgd', '--json'));
    expect(code).toBe(0);
    const types = jsonLines(stdout).map(({ type }) => type);
    expect(types[0]).toBe('start');
    expect(types.at(-1)).toBe('end');
    expect(types.filter((type) => type === 'step')).toHaveLength(2);
  });

  test('Ctrl-C saves the checkpoint and exits with 130', async () => {
    const args = train('stopped', '--epochs', '1000', '--json');
    const { code, stdout, stderr } = await kinetorch(args, { interruptAfter: '"type":"step"' });
    expect(code).toBe(130);
    expect(stderr).toContain('finishing the step and saving the checkpoint');
    const events = jsonLines(stdout);
    expect(events.at(-2)).toMatchObject({ type: 'checkpoint' });
    expect(events.at(-1)).toMatchObject({ error: { code: 'ERR_ABORTED' } });
    expect(await readdir(join(folder, 'stopped', 'checkpoints'))).toHaveLength(1);
  });

  const endings: [string, number, CliOptions][] = [
    ['the end of the terminal', 129, { interruptAfter: '"type":"step"', signal: 'SIGHUP' }],
    ['the end of whoever read its output', 141, { closeAfter: '"type":"step"' }],
  ];
  test.each(endings)('%s saves the checkpoint, gives the folder back and exits with %i', async (what, code, ending) => {
    const out = what.replaceAll(' ', '-');
    const ended = await kinetorch(train(out, '--epochs', '1000', '--json'), ending);
    expect(ended.code).toBe(code);
    expect(ended.stderr).toMatch(
      /finishing the step[^\n]*\ntraining was aborted after step \d+, and goes on from there with --resume; its checkpoint is [^\n]*\n$/,
    );
    expect((await readdir(join(folder, out, 'checkpoints'))).length).toBeGreaterThan(0);
    expect(await readdir(join(folder, out))).not.toContain('run.lock');
  });

  test('a run that failed before it saved anything is started again by the same command', async () => {
    const args = train(
      'again',
      '--epochs',
      '1',
      '--lr',
      '1e30',
      '--optimizer',
      'sgd',
      '--clip-grad-norm',
      '0',
      '--json',
    );
    for (const _ of [1, 2]) {
      const { code, stdout } = await kinetorch(args);
      expect([code, jsonLines(stdout).at(-1)]).toMatchObject([1, { error: { code: 'ERR_TRAINING' } }]);
    }
    expect(await kinetorch(train('again', '--epochs', '1'))).toMatchObject({ code: 0 });
    // Now there is something to lose.
    const refused = await kinetorch(train('again', '--epochs', '1'));
    expect(refused.stderr).toContain('a folder that holds no run yet');
  });

  test('SIGTERM saves the checkpoint and exits with 143; --resume goes on with it from any working folder', async () => {
    const relative = train('moved', '--epochs', '8', '--json').map((arg) => arg.replace(`${folder}/`, ''));
    const stopped = await kinetorch(relative, { cwd: folder, interruptAfter: '"type":"step"', signal: 'SIGTERM' });
    expect(stopped.code).toBe(143);
    expect(jsonLines(stopped.stdout).at(-1)).toMatchObject({ error: { code: 'ERR_ABORTED' } });

    const resumed = await kinetorch(['train', '--resume', join('..', 'moved'), '--json'], {
      cwd: join(folder, 'data'),
    });
    expect(resumed).toMatchObject({ code: 0, stderr: '' });
    const events = jsonLines(resumed.stdout);
    const saved = jsonLines(stopped.stdout).at(-2);
    expect(events[0]).toMatchObject({ type: 'start', step: saved?.step });
    expect(events.at(-1)).toMatchObject({ type: 'end', result: { epochs: 8 } });
  });

  test('--resume takes what changes how a run goes on, and names any other flag as it was given', async () => {
    const stopped = await kinetorch(train('capped', '--epochs', '8', '--json'), { interruptAfter: '"type":"step"' });
    expect(stopped.code).toBe(130);
    const capped = join(folder, 'capped');
    const refused = await kinetorch(['train', '--resume', capped, '--label-smoothing', '0.2']);
    expect(refused.stderr).toContain('leave out --label-smoothing');
    const free = ['--max-skipped-share', '0.5', '--cache', 'off', '--cache-size', '0.1'];
    expect(await kinetorch(['train', '--resume', capped, ...free, '--json'])).toMatchObject({ code: 0, stderr: '' });
    const { options } = JSON.parse(await readFile(join(capped, 'config.json'), 'utf8'));
    expect(options).toMatchObject({ epochs: 8, maxSkippedShare: 0.05 });
  });

  test('--stride is refused with segments, before anything is written', async () => {
    const { code, stderr } = await kinetorch(train('segments', '--stride', '2', '--sampling', 'segment'));
    expect(code).toBe(1);
    expect(stderr).toContain("expected --stride to be 1 with the sampling 'segment'");
    expect(await readdir(folder)).not.toContain('segments');
  });

  test('a folder that holds no classes is an error with its code', async () => {
    const { code, stderr } = await kinetorch(['train', join(folder, 'none'), '-a', 'r3d_18', '-o', join(folder, 'x')]);
    expect(code).toBe(1);
    expect(stderr).toContain('[ERR_FILE_NOT_FOUND]');
  });
});
