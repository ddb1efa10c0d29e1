/** What the weights that ship may be used for, and why. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readMetadata } from '../../lib/model/modelFile';
import { models } from '../../lib/model/models';
import { photographTable } from '../../models/cameraMotion/photographs';

const page = () => readFile(join(__dirname, '../../models/camera-motion.md'), 'utf8');

test("the weights say the licence that the model's page says", async () => {
  const { license } = (await readMetadata(models.cameraMotion)) ?? {};
  expect(license).toBeTruthy();
  expect(await page()).toContain(`## Licence\n\n**${license}`);
});

test('photographs to train on ask for no more than the name of their author', async () => {
  const trainedOn = (await photographTable()).filter(({ split }) => split === 'train');
  const licences = new Set(trainedOn.map(({ license }) => license));
  expect([...licences].filter((name) => !/^(public domain|CC0-1\.0|CC-BY-[24]\.0)$/.test(name))).toEqual([]);
});

test("the model's page names every photograph, its author and licence", async () => {
  const page = await readFile(join(__dirname, '../../models/camera-motion.md'), 'utf8');
  const rows = (await photographTable()).map(
    ({ name, package: from, author, license, split }) =>
      `| ${name} | ${from} | ${author} | ${license} | ${split === 'train' ? 'training' : 'held out'} |\n`,
  );
  expect(page.endsWith(`| --- | --- | --- | --- | --- |\n${rows.join('')}`)).toBe(true);
});

test('no photograph is named twice, and both sides of the split have some', async () => {
  const table = await photographTable();
  expect(new Set(table.map(({ name }) => name)).size).toBe(table.length);
  for (const split of ['train', 'heldOut']) expect(table.some((one) => one.split === split)).toBe(true);
  for (const { author, license } of table) expect(author && license).toBeTruthy();
});
