import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

// The first block of docs/architecture.md is a tree. A line names one or more folders (`name/`), or files, of the folder
// that is named two spaces further left and, after two spaces or more, says what is in them.

interface Entry {
  path: string;
  isFolder: boolean;
  meaning: string | undefined;
}

const root = join(__dirname, '..', '..');
const document = readFileSync(join(root, 'docs', 'architecture.md'), 'utf8');
const tree = readTree(/```\n([\s\S]*?)```/.exec(document)?.[1] ?? '');
const folders = tree.filter(({ isFolder }) => isFolder).map(({ path }) => path);
const listedIn = (parent: string) => folders.filter((path) => dirname(path) === parent);

function readTree(block: string): Entry[] {
  const above: string[] = [];
  return block
    .split('\n')
    .filter((line) => line !== '')
    .flatMap((line) => {
      const [, indent = '', names = '', meaning] = /^( *)(\S+(?: \S+)*)(?: {2,}(.+))?$/.exec(line) ?? [];
      const depth = indent.length / 2;
      above[depth] = names.replace('/', '');
      const folder = join(...above.slice(0, depth), '.');
      return names
        .split(' ')
        .map((name) => ({ path: join(folder, name.replace('/', '')), isFolder: name.endsWith('/'), meaning }));
    });
}

/** The folders of one that hold anything. */
function foldersIn(parent: string): string[] {
  return readdirSync(join(root, parent), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== '__pycache__')
    .map(({ name }) => join(parent, name))
    .filter((path) => readdirSync(join(root, path), { recursive: true, withFileTypes: true }).some((e) => e.isFile()));
}

test.each(['lib', 'native', 'scripts', 'bench', 'test'])('the tree has the rooms of %s', (floor) => {
  expect(listedIn(floor).sort()).toEqual(foldersIn(floor).sort());
});

test('where it lists the folders of a room, it lists all', () => {
  const rooms = folders.filter((path) => listedIn(path).length > 0);
  expect(rooms).toEqual(expect.arrayContaining(['lib/cli', 'native/network', 'test/native']));
  expect(rooms.flatMap(listedIn).sort()).toEqual(rooms.flatMap(foldersIn).sort());
});

test('whatever it names is there', () => {
  expect(tree.filter(({ path }) => !existsSync(join(root, path)))).toEqual([]);
});

test('it says what is in each', () => {
  const saysNothing = tree.filter(({ path, meaning }) => meaning === undefined && listedIn(path).length === 0);
  expect(saysNothing).toEqual([]);
});
