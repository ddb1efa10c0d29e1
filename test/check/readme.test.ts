import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createProgram } from '../../lib/cli/program';

const read = (...path: string[]) => readFileSync(join(__dirname, '..', '..', ...path), 'utf8');

/** Rows of a Markdown table whose first column names a network and a clip, for example "`r3d_18`, 16×112×112". */
const figures = (text: string) => text.split('\n').filter((line) => /^\| `\w+`, [\d×]+, \d+ clips? \|/.test(line));

test("the README's figures are those of docs/performance.md", () => {
  const glance = /### At a glance\n([\s\S]*?)\n###/.exec(read('docs', 'performance.md'))?.[1] ?? '';
  expect(figures(glance).length).toBeGreaterThan(0);
  expect(figures(read('README.md'))).toEqual(figures(glance));
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
