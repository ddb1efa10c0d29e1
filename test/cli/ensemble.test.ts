import { execFile } from 'node:child_process';
import { copyFile, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { clips, jsonLines, kinetorch } from '../support/runCli';
import { temporaryFolder } from '../support/temporaryFolder';

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const manifest = at('manifest.csv');

beforeAll(async () => {
  const rows = ['path,label,split'];
  for (const [label, source] of Object.entries({ one: 'odd_rate.mp4', two: 'rotated.mp4' })) {
    await mkdir(at(label));
    for (const split of ['train', 'validation', 'test']) {
      for (const copy of [0, 1]) {
        await copyFile(join(clips, source), at(`${label}/${split}${copy}.mp4`));
        rows.push(`${label}/${split}${copy}.mp4,${label},${split}`);
      }
    }
  }
  await writeFile(manifest, `${rows.join('\n')}\n`);
  const small = ['--height', '32', '--width', '40', '--labels'];
  await kinetorch(['create', 'r2plus1d_dw', at('a.pt'), '--frames', '4', ...small, 'one,two']);
  await kinetorch([
    'create',
    'r2plus1d_dw',
    at('b.pt'),
    '--frames',
    '6',
    '--frame-rate',
    '8',
    '--seed',
    '2',
    ...small,
    'two,one',
  ]);
});

test('fit-head fits one head on two models, and the ensemble is taken like a model', async () => {
  const out = at('both.ensemble.json');
  const fit = await kinetorch([
    'fit-head',
    manifest,
    '-m',
    at('a.pt'),
    at('b.pt'),
    '-o',
    out,
    '--clips',
    '2',
    '--json',
  ]);
  expect(fit).toMatchObject({ code: 0 });
  const [fitted] = jsonLines(fit.stdout);
  // Two videos that look nothing like each other.
  expect(fitted).toMatchObject({ path: out, training: { samples: 4, top1: 1 }, validation: { samples: 4, top1: 1 } });
  expect((await readdir(folder)).filter((name) => name.startsWith('both'))).toEqual([
    'both.0.pt',
    'both.1.pt',
    'both.ensemble.json',
  ]);

  const evaluated = await kinetorch([
    'evaluate',
    manifest,
    '-m',
    out,
    '--split',
    'validation',
    '--clips',
    '2',
    '--json',
    '--html',
    at('report.html'),
  ]);
  expect(evaluated.code).toBe(0);
  const [evaluation] = jsonLines(evaluated.stdout) as { metrics: { loss: number; video: { top1: number } } }[];
  expect(evaluation).toMatchObject({ architecture: 'ensemble', metrics: { video: { count: 4, top1: 1 } } });
  const { loss } = (fitted as { validation: { loss: number } }).validation;
  expect(evaluation?.metrics.loss).toBeCloseTo(loss, 3);

  const classified = await kinetorch(['classify', at('one/test0.mp4'), '-m', out, '--clips', '2', '--json']);
  expect(classified.code).toBe(0);
  expect(jsonLines(classified.stdout)[0]).toMatchObject({ predictions: [{ label: 'one' }, { label: 'two' }] });
  const timeline = await kinetorch(['classify', at('one/test0.mp4'), '-m', out, '--json']);
  expect(jsonLines(timeline.stdout)[0]).toMatchObject({ segments: expect.arrayContaining([expect.anything()]) });
});

test('fit-head of one model writes a model, and keeps vectors for the next where it is told to', async () => {
  const keep = ['--cache', 'disk', '--cache-folder', at('vectors'), '--cache-size', '0.1'];
  const fit = ['fit-head', manifest, '-m', at('a.pt'), '-o', at('one.pt'), '--clips', '2'];
  const { code, stdout } = await kinetorch([...fit, ...keep]);
  // Of 4 training and 4 validation videos.
  expect(await readdir(at('vectors'))).toHaveLength(8);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^training +100\.0% of 4 videos, loss 0\.\d{4}\nvalidation +100\.0% of 4 videos/);
  const inspected = await kinetorch(['inspect', at('one.pt'), '--json']);
  expect(jsonLines(inspected.stdout)[0]).toMatchObject({
    metadata: { architecture: 'r2plus1d_dw', labels: ['one', 'two'], training: { method: 'linear head', clips: 2 } },
  });
});

test('fit-head says which name it needs', async () => {
  const many = await kinetorch(['fit-head', manifest, '-m', at('a.pt'), at('b.pt'), '-o', at('x.pt')]);
  expect(many.stderr).toMatch(/a name that ends in \.json.*ERR_INVALID_ARGUMENT/);
  const one = await kinetorch(['fit-head', manifest, '-m', at('a.pt'), '-o', at('x.json')]);
  expect(one.stderr).toMatch(/ERR_INVALID_ARGUMENT/);
});

test('compare-heads says what it tried, what it chose, and how that did', async () => {
  const rows = ['one', 'two'].flatMap((label) =>
    ['train', 'validation', 'test'].flatMap((split, fold) =>
      [0, 1].map((copy) => `${label}/${split}${copy}.mp4,${label},${fold}`),
    ),
  );
  await writeFile(at('folds.csv'), `path,label,fold\n${rows.join('\n')}\n`);
  const keep = ['--cache', 'disk', '--cache-folder', at('compared')];
  const compare = ['compare-heads', at('folds.csv'), '-m', at('a.pt'), at('b.pt'), '--clips', '2', ...keep];
  const { code, stdout } = await kinetorch(compare);
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /^right {2}loss {2}weight decay +without fold 0 +without fold 1 +without fold 2\na\.pt +.*\nb\.pt /,
  );
  expect(stdout).toMatch(/\na\.pt \+ b\.pt .*\n\nfold 0 {2}100\.0% {2}0\.\d{4} {2}of 4 videos\n/);
  expect(stdout.match(/\* 100\.0%/g)).toHaveLength(3);
  expect(stdout).toMatch(/\nmean {4}100\.0% ± 0\.0%, loss 0\.\d{4} ± 0\.\d{4}\n/);
  const [comparison] = jsonLines((await kinetorch([...compare, '--json'])).stdout);
  expect(comparison).toMatchObject({ candidates: [[0], [1], [0, 1]], summary: { top1: { mean: 1, std: 0 } } });
});

test('the example of an ensemble runs', async () => {
  const example = join(__dirname, '..', '..', 'examples', 'ensemble.ts');
  const args = [at('a.pt'), at('b.pt'), manifest, at('example.ensemble.json')];
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', example, ...args]);
  expect(stdout).toMatch(
    /^losses 0\.\d{4} and 0\.\d{4}, together 0\.\d{4} with [\d.]+ : [\d.]+\ntop-1 on the test split: [\d.]+%\nensemble of one, two on /,
  );
});

test('weights list says files, sizes and licences; fetch knows its names', async () => {
  const { stdout } = await kinetorch(['weights', 'list']);
  expect(stdout).toMatch(
    /^mobilenet_v2 +mobilenet_v2 +mobilenet_v2-b0353104\.pth +14\.2 MB +BSD-3-Clause +torchvision/m,
  );
  expect(stdout).toMatch(/^resnet50_v2 +resnet50 +resnet50-11ad3fa6\.pth +– +BSD-3-Clause/m);
  const { code, stderr } = await kinetorch(['weights', 'fetch', 'mobilenet']);
  expect(code).toBe(1);
  expect(stderr).toMatch(/mobilenet_v2.*ERR_INVALID_ARGUMENT/);
});
