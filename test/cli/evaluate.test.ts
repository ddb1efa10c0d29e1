import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { clips, jsonLines, kinetorch } from '../support/runCli';
import { temporaryFolder } from '../support/temporaryFolder';

const folder = temporaryFolder();
let model: string;
beforeAll(async () => {
  model = join(folder, 'model.pt');
  const rows = ['path,label,fold'];
  for (const [label, source] of Object.entries({ one: 'odd_rate.mp4', two: 'rotated.mp4' })) {
    await mkdir(join(folder, label));
    for (const number of [0, 1, 2, 3]) {
      await copyFile(join(clips, source), join(folder, label, `${number}.mp4`));
      rows.push(`${label}/${number}.mp4,${label},${number % 2}`);
    }
  }
  await writeFile(join(folder, 'manifest.csv'), `${rows.join('\n')}\n`);
  const small = ['--frames', '4', '--height', '32', '--width', '40'];
  await kinetorch(['create', 'r2plus1d_dw', model, '--labels', 'one,two', ...small]);
});

const evaluate = (...args: string[]) =>
  kinetorch(['evaluate', folder, '--model', model, '--clips', '2', '--threads', '1', ...args]);

test('prints a table of figures and one of classes, and writes a report', async () => {
  const html = join(folder, 'report.html');
  const { code, stdout, stderr } = await evaluate('--html', html);
  expect({ code, stderr }).toEqual({ code: 0, stderr: `report: ${html}\n` });
  expect(stdout).toMatch(/^8 videos, \d+ clips\n/);
  expect(stdout).toMatch(/^ +top-1 +class mean +macro F1 +ECE +loss$/m);
  expect(stdout).toMatch(/^by video +\d+\.\d% +\d+\.\d% .*\d\.\d{4}$/m);
  expect(stdout).toMatch(/^two +4 +\d+\.\d%/m);
  expect(stdout).not.toContain('\u001b');
  expect(await readFile(html, 'utf8')).toContain('<section id="confusion">');
});

test('a report that cannot be written takes no figures away', async () => {
  const { code, stdout, stderr } = await evaluate('--html', join(folder, 'none', 'report.html'));
  expect(code).toBe(1);
  expect(stdout).toMatch(/^by video +\d+\.\d%/m);
  expect(stderr).toMatch(/^error: cannot write .*report\.html.* \[ERR_FILE_ACCESS\]$/m);
});

test('--json gives the whole evaluation, of a fold alone where one is named', async () => {
  const { code, stdout } = await evaluate('--fold', '1', '--json');
  expect(code).toBe(0);
  const [evaluation] = jsonLines(stdout);
  expect(evaluation).toMatchObject({ split: 'validation', fold: 1, metrics: { video: { count: 4 } } });
});

test('errors are one line each; a model is needed', async () => {
  const { code, stderr } = await evaluate('--fold', '7');
  expect(code).toBe(1);
  expect(stderr).toMatch(/^error: .*\[ERR_/);
  expect((await kinetorch(['evaluate', folder])).code).toBe(2);
});

test('cross-validate prints each fold and the mean', async () => {
  const small = ['--frames', '4', '--height', '32', '--width', '40', '--epochs', '1', '--batch-size', '2'];
  const out = join(folder, 'folds');
  const args = ['cross-validate', folder, '-a', 'r2plus1d_dw', '-o', out, '--threads', '1', '--clips', '1', ...small];
  const { code, stdout, stderr } = await kinetorch(args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^fold 0: \d+\.\d% of 4 videos right by the last epoch's model$/m);
  expect(stdout).toMatch(/^Over 2 folds, mean ± standard deviation\n +top1 +\d+\.\d% ± \d+\.\d%$/m);
  expect((await kinetorch([...args, '--schedule', 'plateau'])).code).toBe(2);
});
