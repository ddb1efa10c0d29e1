import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCodes, errorTable } from '../../lib/base/errors';

const page = readFileSync(join(__dirname, '..', '..', 'docs', 'errors.md'), 'utf8');

test('docs/errors.md lists every code as the table has it, and no other', () => {
  const rows = page.split('\n').filter((line) => /^\| `?ERR_/.test(line));
  expect(rows).toEqual(
    Object.entries(errorTable).map(([code, { meaning, remedy }]) => `| \`${code}\` | ${meaning} | ${remedy} |`),
  );
  expect(rows).toHaveLength(errorCodes.length);
});

test('every code says what it means and what to do, in sentences', () => {
  for (const { meaning, remedy } of Object.values(errorTable)) {
    expect(meaning).toMatch(/^[A-Z`].*\.$/);
    expect(remedy).toMatch(/^[A-Z`].*\.$/);
  }
});
