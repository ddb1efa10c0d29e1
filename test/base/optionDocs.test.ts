/** What the source says of an option has to reach those who install the package: their editors read declarations. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { evaluateOptions } from '../../lib/evaluation/options';
import { createModelOptions, loadModelOptions } from '../../lib/model/options';
import { trainOptions } from '../../lib/training/options';
import { trainAutoOptions } from '../../lib/training/recipe/options';
import { root } from '../support/runCli';

test.each([
  ['training/options', trainOptions, []],
  ['training/recipe/options', trainAutoOptions, []],
  [
    'evaluation/options',
    evaluateOptions,
    ['seed', 'precision', 'threads', 'labels', 'input', 'task', 'output', 'perFrame'],
  ],
  ['model/options', { ...loadModelOptions, ...createModelOptions }, []],
])('every option of %s is explained in its declarations', (file, table, withTheOneBefore) => {
  const declarations = readFileSync(join(root, 'dist', `${file}.d.ts`), 'utf8');
  const silent = Object.keys(table).filter((name) => !new RegExp(`\\*/\\n    ${name}: `).test(declarations));
  expect(silent).toEqual(withTheOneBefore);
});
