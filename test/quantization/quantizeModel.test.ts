import { statSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inspectModel } from '../../lib/model/inspectModel';
import { loadModel } from '../../lib/model/loadModel';
import { quantizeModel } from '../../lib/quantization/quantizeModel';
import type { QuantizationReport } from '../../lib/quantization/types';
import { expectError, maxDifference, noiseClip, onCpu, smallArchive } from '../support/models';
import { kinetorch } from '../support/runCli';
import { temporaryFolder } from '../support/temporaryFolder';
import { greyFrames, makeVideos } from '../support/videos';

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const float32 = at('small.pt');
const labels = ['dark', 'bright'];
let report: QuantizationReport;

beforeAll(async () => {
  await (await smallArchive({ labels })).save(float32);
  const rows = Array.from({ length: 18 }, (_, index) => {
    const frames = greyFrames(Array.from({ length: 12 }, (_, i) => i * 100)).map((frame) => ({
      ...frame,
      y: frame.y + index * 10,
    }));
    makeVideos([{ path: at(`${index}.mkv`), format: 'matroska', codec: 'ffv1', width: 48, height: 36, frames }]);
    return `${index}.mkv,${labels[Number(index >= 9)]}\n`;
  });
  writeFileSync(at('manifest.csv'), `path,label\n${rows.join('')}`);
  report = await quantizeModel(float32, at('manifest.csv'), { outFile: at('small.int8.pt'), clips: 36, threads: 1 });
});

test('what is reported is what was written', async () => {
  const bytes = { before: statSync(float32).size, after: statSync(at('small.int8.pt')).size };
  expect(report).toMatchObject({
    architecture: 'r2plus1d_dw',
    model: float32,
    outFile: at('small.int8.pt'),
    data: at('manifest.csv'),
    split: 'all',
    clips: { calibration: 24, measured: 12 },
    bytes,
    warnings: [],
    skipped: [],
  });
  expect(bytes.after).toBeLessThan(0.5 * bytes.before);
  expect(report.signalToNoise).toBeGreaterThan(15);
  expect(report.top1?.after).toBeGreaterThanOrEqual((report.top1?.before as number) - 0.005);
  expect(report.layers.reduce((sum, { multiplications }) => sum + multiplications, 0)).toBeCloseTo(1, 9);
  expect(report.layers.every(({ signalToNoise }) => signalToNoise > 10)).toBe(true);
});

test('the file is a model as before: its labels, input and outputs, and in float32 nearly its numbers', async () => {
  const [before, after] = [
    await loadModel(float32, onCpu),
    await loadModel(at('small.int8.pt'), { ...onCpu, precision: 'float32' }),
  ];
  const { quantization, ...metadata } = after.metadata;
  expect(metadata).toEqual(before.metadata);
  expect(quantization).toMatchObject({ version: 1, method: report.method, clips: 24 });
  expect(quantization?.layers.map(({ layer, int8 }) => [layer, int8])).toEqual(
    report.layers.map(({ name, int8 }) => [name, int8]),
  );
  expect(after.outputs).toEqual(before.outputs);
  const clip = noiseClip();
  for (const call of ['logits', 'embedClip'] as const) {
    const [exact, near] = [await before[call](clip), await after[call](clip)];
    const largest = Math.max(...exact.map(Math.abs));
    expect(maxDifference(exact, near)).toBeLessThan(0.1 * largest);
    // Or else nothing was quantised.
    expect(maxDifference(exact, near)).toBeGreaterThan(0);
  }
  await before.dispose();
  await after.dispose();
});

test('the file is inspected, and known to be int8', async () => {
  const { bytes, metadata, findings, ...summary } = await inspectModel(at('small.int8.pt'));
  expect(bytes).toBe(report.bytes.after);
  expect(metadata?.quantization?.method).toBe(report.method);
  expect(findings).toEqual([]);
  const { parameters, gflops, stages, layers } = await inspectModel(float32);
  expect(summary).toMatchObject({ parameters, gflops, stages, layers });
  const { stdout } = await kinetorch(['inspect', at('small.int8.pt')]);
  expect(stdout).toMatch(/int8 +\d+ of \d+ convolutions, ranges by [a-z-]+ of 24 clips\n/);
  expect(stdout).toMatch(/size +\d+\.\d MB\n/);
});

/** On a busy machine LibTorch's archive of the same network was seen to be 320 bytes larger at times; why is not known. */
function expectAlike({ bytes, ...one }: QuantizationReport, { bytes: others, ...other }: QuantizationReport): void {
  expect({ ...one, seconds: 0 }).toEqual({ ...other, seconds: 0 });
  expect(bytes.before).toBe(others.before);
  expect(Math.abs(bytes.after - others.after)).toBeLessThan(1000);
}

test('two runs write the same choice', async () => {
  const again = await quantizeModel(float32, at('manifest.csv'), { outFile: at('again.pt'), clips: 36, threads: 1 });
  expectAlike(again, { ...report, outFile: at('again.pt') });
});

test('the command shows a table, and writes the report', async () => {
  const args = ['quantize', float32, at('manifest.csv'), '-o', at('cli.pt'), '--clips', '12', '--method', 'mse'];
  const { code, stdout, stderr } = await kinetorch([...args, '--threads', '1', '--report', at('report.json')]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^layer +runs in +SNR alone +share\n/m);
  expect(stdout).toMatch(/cli\.pt: \d+\.\d MB, from \d+\.\d MB\n\d+ of \d+ convolutions in int8, /);
  expect(stdout).toMatch(/4 clips: top-1 .*% decided as in float32/);
  const written = JSON.parse(await readFile(at('report.json'), 'utf8')) as QuantizationReport;
  expect(written).toMatchObject({ formatVersion: 1, method: 'mse', outFile: at('cli.pt') });
  const json = await kinetorch([...args, '--threads', '1', '--json']);
  expectAlike(JSON.parse(json.stdout), written);
});

test('a quantised model is not quantised again, nor trained on', async () => {
  const again = quantizeModel(at('small.int8.pt'), at('manifest.csv'), { outFile: at('twice.pt') });
  await expectError(again, 'ERR_UNSUPPORTED', 'quantised already');
});
