import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ModelArchive } from '../../lib/model/createModel';
import { compareHeads } from '../../lib/training/compareHeads';
import { fitHead } from '../../lib/training/fitHead';
import { expectError, onCpu, smallArchive } from '../support/models';
import { temporaryFolder } from '../support/temporaryFolder';
import { greyFrames, makeVideos } from '../support/videos';

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const input = { frames: 2, height: 16, width: 16, resize: [16, 16] as [number, number] };
const cache = { where: 'disk', folder: at('vectors') } as const;
let archives: ModelArchive[];

/** Twelve videos in two folds, two of each label to a fold and group; those of `swapped` are given the other label. */
const videos = Array.from({ length: 12 }, (_, index) => ({ path: at(`${index}.mkv`), fold: index % 2, index }));
function writeManifest(name: string, swapped?: number): string {
  const rows = videos.map(({ path, fold, index }) => {
    const isBright = (index >> 1) % 2 === 1;
    return `${path},${isBright !== (fold === swapped) ? 'bright' : 'dark'},${fold}${index >> 2},${fold}\n`;
  });
  writeFileSync(at(name), `path,label,group,fold\n${rows.join('')}`);
  return at(name);
}

beforeAll(async () => {
  archives = [await smallArchive({ input }), await smallArchive({ input, seed: 8 })];
  for (const { path, index } of videos) {
    const from = ((index >> 1) % 2) * 60 + index * 7;
    const frames = greyFrames(Array.from({ length: 20 }, (_, i) => i * 100)).map((frame) => ({
      ...frame,
      y: frame.y + from,
    }));
    makeVideos([{ path, format: 'matroska', codec: 'ffv1', width: 16, height: 16, frames }]);
  }
});

test('what is held is what fitHead of the choice gives, and the choice is that of least inner loss', async () => {
  const data = writeManifest('folds.csv');
  const progress: string[] = [];
  const options = { data, clips: 2, cache, ...onCpu };
  const comparison = await compareHeads(archives, {
    ...options,
    onProgress: ({ done, total }) => progress.push(`${done}/${total}`),
  });
  expect(comparison).toMatchObject({ candidates: [[0], [1], [0, 1]], skipped: [], folds: [{ fold: 0 }, { fold: 1 }] });
  expect(progress).toEqual(videos.map(({ index }) => `${index + 1}/12`));
  for (const { fold, inner, chosen, held } of comparison.folds) {
    expect(inner.map(({ samples }) => samples)).toEqual([6, 6, 6]);
    expect(Math.min(...inner.map(({ loss }) => loss))).toBe(inner[chosen]?.loss);
    const networks = (comparison.candidates[chosen] as number[]).map((index) => archives[index] as ModelArchive);
    const outFile = at(networks.length > 1 ? 'fit.json' : 'fit.pt');
    const fit = await fitHead(networks.length > 1 ? networks : (networks[0] as ModelArchive), {
      ...options,
      fold,
      outFile,
    });
    expect(fit).toMatchObject({ weightDecay: inner[chosen]?.weightDecay, validation: held });
  }
  const [a = 0, b = 0] = comparison.folds.map(({ held }) => held.loss);
  expect(comparison.summary.loss.mean).toBeCloseTo((a + b) / 2, 12);
});

test('the labels of a fold decide nothing of its choice', async () => {
  const compare = (data: string) => compareHeads(archives, { data, clips: 2, cache, ...onCpu });
  const [honest, swapped] = [await compare(writeManifest('a.csv')), await compare(writeManifest('b.csv', 0))];
  const [fold, same] = [honest.folds[0], swapped.folds[0]];
  expect(same).toMatchObject({ inner: fold?.inner, chosen: fold?.chosen });
  // The other fold's head has learned from the labels that were swapped.
  for (const [index, { held }] of honest.folds.entries()) {
    expect(swapped.folds[index]?.held.top1).toBeCloseTo(1 - held.top1, 12);
  }
});

test('it takes folds, and models', async () => {
  const [archive] = archives as [ModelArchive];
  writeFileSync(at('none.csv'), `path,label\n${videos[0]?.path},a\n${videos[1]?.path},b\n`);
  await expectError(compareHeads([archive], { data: at('none.csv') }), 'ERR_DATASET', 'two or more folds');
  await expectError(compareHeads([], { data: at('none.csv') }), 'ERR_INVALID_ARGUMENT', 'at least one model');
});
