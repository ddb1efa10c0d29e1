import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import puppeteer, { type Browser } from 'puppeteer-core';
import type { ClipDataset } from '../../lib/dataset/types';
import { multiLabelMetrics } from '../../lib/evaluation/multiLabelMetrics';
import { HeatMaps } from '../../lib/report/heatMaps';
import { confidentMistakes } from '../../lib/report/mistakes';
import type { ReportContent } from '../../lib/report/types';
import { writeReport } from '../../lib/report/writeReport';
import { train } from '../../lib/training/train';
import { findChromium } from '../support/chromium';
import { noiseClip, onCpu, smallArchive } from '../support/models';
import { temporaryFolder } from '../support/temporaryFolder';
import { hostileLabel, sampleContent, sampleEvaluation } from './sampleContent';

const labels = ['begin', 'choose', 'connection', hostileLabel, 'next'];

const folder = temporaryFolder();

let reports = 0;
const written = async (content: ReportContent) => {
  const path = join(folder, `${reports++}.html`);
  await writeReport(content, path);
  return { path, text: await readFile(path, 'utf8') };
};

test('is one file without scripts or addresses, whatever the names in the data', async () => {
  const { text } = await written(sampleContent(labels));
  expect(text).not.toMatch(/<script/i);
  expect(text).not.toMatch(/<img src=x/);
  expect(text).not.toMatch(/https?:/);
  expect(text.match(/(src|href)="(?!data:|#)/g)).toBeNull();
  expect(text).toContain('&lt;script&gt;');
  expect((await readdir(folder)).every((name) => name.endsWith('.html'))).toBe(true);
});

test.each([
  ['/home/someone/secret/clips/manifest.csv', 'clips/manifest.csv'],
  ['/home/someone/clips', 'clips'],
  ['/data/clips', 'clips'],
])('says nothing of where the data lay: %s', async (data, shown) => {
  const content = sampleContent(labels);
  const { config } = content;
  if (config === null) throw new Error('expected a run');
  const root = data.replace(/\/manifest.csv$/, '');
  const { text } = await written({
    ...content,
    config: { ...config, options: { ...config.options, data } },
    skipped: [{ index: 0, name: `${root}/next/a.mp4`, reason: `"${root}/next/a.mp4" is damaged` }],
  });
  expect(text).not.toMatch(/\/home|\/data|someone|secret/);
  expect(text).toContain(`>${shown}<`);
  expect(text).toContain('clips/next/a.mp4&quot; is damaged');
});

test('says nothing of five classes of few', async () => {
  const two = (await written(sampleContent(['a', 'b']))).text;
  expect(two).not.toContain('top-5 by video');
  expect((await written(sampleContent(['a', 'b', 'c', 'd', 'e', 'f']))).text).toContain('top-5 by video');
});

test('shows what there is', async () => {
  const content = sampleContent(labels);
  const full = (await written(content)).text;
  for (const id of ['curves', 'classes', 'confusion', 'calibration', 'mistakes', 'skipped', 'settings']) {
    expect(full).toContain(`<section id="${id}">`);
  }
  expect(full).toContain('validation from');
  expect(full).toContain('augment.randAugment.magnitude');
  const bare = (
    await written({
      ...content,
      evaluation: null,
      mistakes: [],
      skipped: [],
      metrics: content.metrics.slice(0, 1).map((one) => ({ ...one, validation: null })),
      bestEpoch: 1,
    })
  ).text;
  expect(bare).toContain('<section id="curves">');
  expect(bare).not.toContain('id="confusion"');
  expect(bare).not.toContain('NaN');
});

test('of very many classes shows the worst mix-ups instead of the whole matrix', async () => {
  const many = Array.from({ length: 120 }, (_, index) => `class ${index}`);
  const { text } = await written({
    config: null,
    metrics: [],
    bestEpoch: null,
    evaluation: sampleEvaluation(many, 600),
    mistakes: [],
    skipped: [],
  });
  expect(text).toContain('120 classes are too many');
  expect(text.length).toBeLessThan(200_000);
});

test('several labels a video have their own figures', async () => {
  const evaluation = sampleEvaluation(labels, 40);
  const samples = evaluation.predictions.map(({ index, name }) => {
    const video = Float32Array.from(labels, (_, label) => ((index + label) % 5) / 5);
    return { index, name, labels: [index % 5, (index + 1) % 5], clips: [video], video };
  });
  const metrics = multiLabelMetrics(labels, samples);
  const { text } = await written({
    config: null,
    metrics: [],
    bestEpoch: null,
    evaluation: { ...evaluation, metrics },
    mistakes: [],
    skipped: [],
  });
  expect(text).toContain('mAP');
  expect(text).not.toContain('id="confusion"');
});

test('the mistakes it was surest of come first, with frames of the very clip', async () => {
  const evaluation = sampleEvaluation(labels, 60);
  const dataset: ClipDataset = {
    labels,
    length: 60,
    labelOf: (index) => index % labels.length,
    clip: async (index) => noiseClip({ frames: 9, height: 300, width: 40, seed: index + 1 }),
  };
  const mistakes = await confidentMistakes(evaluation, dataset, { count: 4, frames: 3 });
  const wrong = evaluation.predictions.filter(({ correct }) => !correct);
  const surest = Math.max(...wrong.map(({ predicted }) => predicted[0]?.probability ?? 0));
  expect(mistakes).toHaveLength(4);
  expect(mistakes[0]?.confidence).toBe(surest);
  const { index, frames } = mistakes[0] as (typeof mistakes)[number];
  const clip = noiseClip({ frames: 9, height: 300, width: 40, seed: index + 1 });
  // The first, the middle and the last frame, every third row and column.
  expect(frames.map(({ height, width }) => [height, width])).toEqual(Array(3).fill([100, 13]));
  expect([...(frames[1]?.data.subarray(3, 6) ?? [])]).toEqual([...clip.data.subarray(4 * 36_000 + 9, 4 * 36_000 + 12)]);
});

test('a mistake shows where the model looked for what it wrongly saw', async () => {
  const path = join(folder, 'model.pt');
  await (await smallArchive({ labels })).save(path);
  await using maps = new HeatMaps(path, onCpu);
  const clip = noiseClip({ frames: 4, height: 36, width: 48 });
  const evaluation = sampleEvaluation(labels, 10);
  const dataset: ClipDataset = {
    labels,
    length: 10,
    labelOf: (index) => index % labels.length,
    clip: async () => clip,
  };
  const [mistake] = await confidentMistakes(evaluation, dataset, { count: 1, frames: 3, maps });
  // Small clips are drawn 240 pixels high, of which a report keeps every second.
  expect(mistake?.heat.map(({ height, width }) => [height, width])).toEqual(Array(3).fill([120, 160]));
  expect(new Set(mistake?.heat[0]?.data).size).toBeGreaterThan(50);
  expect(await maps.framesOf(clip, 'no label of the model')).toEqual([]);
});

const chromium = findChromium();
if (chromium === null) {
  console.error('⚠ The report was NOT opened in a browser: there is no Chromium (install it, or set CHROME_PATH).');
}

(chromium === null ? describe.skip : describe)('in Chromium', () => {
  let browser: Browser;
  beforeAll(async () => {
    // Without the sandbox: it cannot be set up for root, as which containers run.
    browser = await puppeteer.launch({ executablePath: chromium as string, args: ['--no-sandbox'] });
  });
  afterAll(() => browser.close());

  /** Opens a page, and gathers what it complains of, or asks for from elsewhere. */
  const open = async (path: string, width: number, scheme: string) => {
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('request', (request) => {
      if (!/^(data|file):/.test(request.url())) complaints.push(request.url());
    });
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
    await page.setViewport({ width, height: 800 });
    await page.goto(pathToFileURL(path).href);
    return { page, complaints };
  };
  const pictures =
    '[...document.images].every((one) => one.complete && one.naturalWidth > 0) && document.images.length';

  test.each([
    ['a desk, light', 1280, 'light'],
    ['a desk, dark', 1280, 'dark'],
    ['a phone', 360, 'light'],
  ])('on %s: no errors, no requests, nothing beyond the edge', async (_, width, scheme) => {
    const { path } = await written(sampleContent(labels));
    const { page, complaints } = await open(path, width, scheme);
    expect(await page.title()).toBe('Training report · r2plus1d_dw');
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    const cell = '[...document.querySelectorAll("#confusion tbody th")].map((one) => one.textContent)';
    expect(await page.evaluate(cell)).toEqual(labels);
    // Six mistakes, each of six frames and their maps.
    expect(await page.evaluate(pictures)).toBe(72);
    // A curve spans its chart.
    const line = 'document.querySelector("#curves .series.s1 path").getBoundingClientRect().width';
    expect(await page.evaluate(line)).toBeGreaterThan(200);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('a run as `train` leaves it', async () => {
    const noise = (length: number): ClipDataset => ({
      labels,
      length,
      labelOf: (index) => index % labels.length,
      clip: async (index) => noiseClip({ frames: 4, height: 16, width: 16, seed: index + 1 }),
    });
    const { reportPath } = await train({
      architecture: 'r2plus1d_dw',
      data: { train: noise(20), validation: noise(10) },
      outDir: join(folder, 'run'),
      epochs: 2,
      batchSize: 10,
      input: { frames: 4, height: 16, width: 16, resize: [16, 16] },
      ...onCpu,
    });
    const { page, complaints } = await open(reportPath, 1280, 'light');
    const sections = '[...document.querySelectorAll("main section")].map((one) => one.id)';
    const expected = ['summary', 'curves', 'classes', 'confusion', 'calibration', 'mistakes', 'settings'];
    expect(await page.evaluate(sections)).toEqual(expected);
    expect(await page.evaluate('document.body.innerText')).not.toMatch(/NaN|undefined|Infinity|\[object/);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(1280);
    expect(await page.evaluate(pictures)).toBeGreaterThan(0);
    expect(complaints).toEqual([]);
    await page.close();
  });
});
