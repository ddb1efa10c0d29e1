import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '..', '..');
const markdownIn = (folder: string) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name));
// Made by `npm run docs`, and by scripts/gpu/check.sh where there is a GPU.
const generated = ['docs/api/index.html', 'docs/results'];

test.each(['.', 'docs', 'models'].flatMap(markdownIn))('the paths that %s names are there', (document) => {
  const text = readFileSync(join(root, document), 'utf8');
  const named = text.matchAll(/`((?:bench|docs|examples|lib|models|native|scripts|test)\/[\w./-]+)`/g);
  const missing = [...named].flatMap(([, path = '']) => (existsSync(join(root, path)) ? [] : path));
  expect(missing.filter((path) => !generated.includes(path))).toEqual([]);
});
