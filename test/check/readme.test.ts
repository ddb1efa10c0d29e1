import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseOptions } from '../../lib/base/validation';
import { createProgram } from '../../lib/cli/program';
import { loadModelOptions } from '../../lib/model/options';

const read = (...path: string[]) => readFileSync(join(__dirname, '..', '..', ...path), 'utf8');

const written = (document: string) =>
  /<!-- Written by `npm run bench -- --write-docs`; do not edit\. -->\n([\s\S]*?)<!-- End/.exec(document)?.[1] ?? '';

test("the README's figures are those of docs/performance.md, of the same machine and versions", () => {
  const [readme, performance] = [read('README.md'), read('docs', 'performance.md')].map(written) as [string, string];
  const [machine = '', table = ''] = readme.trim().split('\n\n');
  expect(machine).toMatch(/threads[\s\S]*commit/);
  expect(table.split('\n').length).toBeGreaterThan(3);
  expect(performance).toContain(`${machine}\n\n### At a glance\n\n${table}\n`);
});

test("the README's time and size of a start are those of docs/performance.md", () => {
  const start = (text: string) => /\| first answer \|[^\n]*\n(?:\|.*\n)+/.exec(text)?.[0];
  expect(start(read('README.md'))?.split('\n').length).toBeGreaterThan(4);
  expect(start(read('README.md'))).toBe(start(read('docs', 'performance.md')));
});

test('the README says how long the first load measures layers by itself', () => {
  expect(parseOptions(loadModelOptions, {}).tuning.timeMs).toBe(3000);
  expect(read('README.md')).toMatch(/measures each layer for about three seconds/);
});

test('the README says no other times of a clip', () => {
  expect(read('README.md')).not.toMatch(/\d ms a clip/);
});

test('README and changelog name every command', () => {
  const commands = createProgram()
    .commands.map((command) => command.name())
    .filter((name) => name !== 'help');
  const lists = { readme: read('README.md'), changelog: read('CHANGELOG.md') };
  expect(commands.filter((name) => !lists.readme.includes(`npx kinetorch ${name} `))).toEqual([]);
  expect(commands.filter((name) => !lists.changelog.includes(`\`${name}\``))).toEqual([]);
});
