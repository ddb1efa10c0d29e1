import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { smallArchive } from '../support/models';
import { errorOf, halvesArchive, makeGreys } from '../support/reconstruction';
import { jsonLines, kinetorch } from '../support/runCli';
import { temporaryFolder, writeFiles } from '../support/temporaryFolder';

const folder = temporaryFolder();
const model = join(folder, 'halves.pt');
const fitted = join(folder, 'camera.pt');
const strange = join(folder, 'strange.mkv');
const onCpu = ['--device', 'cpu'];

beforeAll(async () => {
  await (await halvesArchive()).save(model);
  makeGreys(join(folder, 'normal.mkv'), Array(100).fill(20));
  makeGreys(
    strange,
    Array.from({ length: 20 }, (_, i) => (i === 9 ? 200 : 20)),
  );
});

test('a threshold is fitted on normal videos, and what exceeds it is an alarm, with a picture', async () => {
  const fit = await kinetorch(['anomaly', join(folder, 'nor*.mkv'), '-m', model, '--fit', fitted, ...onCpu]);
  expect(fit).toMatchObject({ code: 0, stdout: '' });
  expect(fit.stderr).toBe(
    `wrote ${fitted}: an alarm is mse above ${errorOf(20).toPrecision(4)}, from 100 frames of 1 normal video\n`,
  );
  const out = join(folder, 'strange.svg');
  const { code, stdout, stderr } = await kinetorch([
    'anomaly',
    strange,
    '-m',
    fitted,
    '-o',
    out,
    '--moments',
    '2',
    ...onCpu,
  ]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: `wrote ${out}\n` });
  const lines = stdout.split('\n');
  expect(lines).toHaveLength(8);
  expect(lines.filter((line) => line.includes('ALARM'))).toEqual([
    expect.stringMatching(/^ +0:00\.8 – 0:01\.2 .* 0\.1538 █{20} {2}ALARM$/),
  ]);
  expect(stdout).toContain('1 alarm: 0:00.9–0:01.0 (mse above');
  const svg = readFileSync(out, 'utf8');
  expect(svg.match(/<image /g)).toHaveLength(2 * 3);
  expect(svg).toContain('mse 0.1538, above the threshold');
});

test('the picture may be a PNG, but nothing else', async () => {
  const out = join(folder, 'strange.png');
  const args = ['anomaly', strange, '-m', model, '--moments', '2', ...onCpu, '-o'];
  expect(await kinetorch([...args, out])).toMatchObject({ code: 0, stderr: `wrote ${out}\n` });
  // Three squares of 240 a moment, below the title; as wide as that is.
  const { width, height } = PNG.sync.read(readFileSync(out));
  expect({ isWide: width >= 3 * 240, height }).toEqual({ isWide: true, height: 26 + 2 * (240 + 26) });
  const { code, stderr } = await kinetorch([...args, join(folder, 'strange.gif')]);
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('ends in .svg or .png') });
});

test('--json gives scores and segments, and an error for what is no video', async () => {
  writeFiles(folder, { 'text.mp4': 'no video' });
  const files = [strange, join(folder, 'text.mp4')];
  const { code, stdout } = await kinetorch([
    'anomaly',
    ...files,
    '-m',
    model,
    '--threshold',
    '0.1',
    '--json',
    ...onCpu,
  ]);
  expect(code).toBe(1);
  const [scored, failed] = jsonLines(stdout);
  expect(scored).toMatchObject({ file: strange, score: 'mse', frameRate: 10, threshold: 0.1, warnings: [] });
  expect(scored?.scores).toHaveLength(20);
  expect(scored?.segments).toMatchObject([{ startSeconds: 0.9, endSeconds: 1, peakSeconds: 0.9 }]);
  expect(failed).toEqual({ file: files[1], error: { code: 'ERR_VIDEO_OPEN', message: expect.any(String) } });
});

test('--evaluate measures labelled videos', async () => {
  const manifest = join(folder, 'manifest.csv');
  writeFiles(folder, { 'manifest.csv': 'path,label,start,end\nstrange.mkv,theft,0.9,1\nnormal.mkv,usual,,\n' });
  const args = ['anomaly', manifest, '-m', model, '--evaluate', '--normal', 'usual', ...onCpu];
  const { code, stdout } = await kinetorch([...args, '--threshold', '0.1']);
  expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringMatching(/AUC of all frames +1\.0000/) });
  expect(stdout).toMatch(/above 0\.1000 +100\.0% {2}found; 0\.0% false alarms/);
  expect(jsonLines((await kinetorch([...args, '--json'])).stdout)).toMatchObject([
    { auc: 1, frames: { anomalous: 1 } },
  ]);
});

test('a model of the wrong kind is told of once, not of each video', async () => {
  const classifier = join(folder, 'classifier.pt');
  await (await smallArchive()).save(classifier);
  const needed = /^error: expected a model with a decoder.*\[ERR_UNSUPPORTED\]\n$/;
  for (const args of [[], ['--fit', fitted]]) {
    const { code, stderr } = await kinetorch(['anomaly', strange, strange, '-m', classifier, ...args, ...onCpu]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(needed) });
  }
  const { code, stderr } = await kinetorch(['classify', strange, '--model', model, '--top-k', '2', ...onCpu]);
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: expect.stringMatching(/^error: expected a model that classifies/),
  });
});

test('wrong usage', async () => {
  for (const [args, message] of [
    [[strange, '-m', model, '--score', 'ssim'], 'mse, psnr, topCells'],
    [
      [strange, '-m', model, '--fit', fitted, '-o', 'x.svg'],
      "'--fit <file>' cannot be used with option '-o, --out <file>'",
    ],
    [[strange, strange], "required option '-m, --model <file>'"],
    [[strange, join(folder, 'normal.mkv'), '-m', model, '-o', 'x.svg'], '--out'],
  ] as const) {
    const { code, stderr } = await kinetorch(['anomaly', ...args]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(message) });
  }
});
