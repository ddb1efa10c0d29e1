/** Files that are no lists, and lists with entries that are wrong. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCollection } from '../../lib/dataset/collections/readCollection';
import { failure, folderOf, leftOut, videos } from '../support/dataFolder';

describe('files that nobody named as lists', () => {
  const prose = 'Epoch 1\nthe loss fell to a third\n';
  const strays = {
    'log.json': '{"epoch":1}\n{"epoch":2}\n',
    'tsconfig.json': '{ // a comment\n}',
    'boxes.json': '{"a":{"annotations":[{"box":[0,0,1,1]}]}}',
    'train_log.txt': prose,
  };

  test.each(Object.entries(strays))('%s beside class folders is left out, and told', async (name, text) => {
    const root = folderOf({ ...videos('run/a.mp4', 'walk/b.mp4'), [name]: text });
    const collection = await readCollection(root);
    expect(collection).toMatchObject({ format: 'folders', labels: ['run', 'walk'] });
    expect(leftOut(collection)).toEqual({ 'lists that are not read': name });
    expect(collection.warnings).toEqual([
      expect.stringMatching(`^left out: 1 lists that are not read: ${name} \\(.+\\)$`),
    ]);
  });

  test('so is text in another encoding, in a folder beside them', async () => {
    const root = folderOf(videos('run/a.mp4', 'walk/b.mp4', 'meta/other.md'));
    writeFileSync(join(root, 'meta', 'training.txt'), Buffer.from('caf\xe9', 'latin1'));
    expect(leftOut(await readCollection(root))['lists that are not read']).toBe('meta/training.txt');
  });

  test('they do no harm to lists beside them', async () => {
    const files = { ...videos('a.mp4', 'b.mp4'), 'train.txt': 'a.mp4 run\nb.mp4 walk\n', ...strays };
    const collection = await readCollection(folderOf(files));
    expect(collection).toMatchObject({ format: 'path-list', labels: ['run', 'walk'] });
    expect(leftOut(collection)['lists that are not read']?.split(' ').sort()).toEqual(Object.keys(strays).sort());
  });

  test('where there are no class folders, and no other list, they are an error', async () => {
    expect(await failure(folderOf({ ...videos('videos/a.mp4'), 'train.txt': prose }))).toMatch(
      /^ERR_DATASET train\.txt line 2: expected a path and a label/,
    );
    const encoded = folderOf(videos('videos/a.mp4'));
    writeFileSync(join(encoded, 'train.txt'), Buffer.from('bl\xe9.mp4 1', 'latin1'));
    expect(await failure(encoded)).toMatch(/^ERR_DATASET train\.txt line 1: expected text in UTF-8/);
  });
});

describe('lists of a known form with entries that are wrong', () => {
  const kinetics = 'label,youtube_id,time_start,time_end,split\n';
  const entry = '{"id":1,"label":"run"}';

  test.each([
    ['a label that is a number', 'train.json', '[{"id":1,"label":3}]', 'train.json, entry 1: expected an id and a'],
    [
      'no entry',
      'train.json',
      `[${entry},null]`,
      'train.json, entry 2: expected an id and a template.* received "null"',
    ],
    ['an id of another kind', 'train.json', `[${entry},{"id":{},"label":"x"}]`, 'train.json, entry 2: expected an id'],
    ['no label', 'train.json', `[${entry},{"id":2}]`, 'train.json, entry 2: expected an id and a template'],
    ['no annotation', 'net.json', '{"v":{"annotations":[null]}}', 'net.json, v: expected annotations with a label'],
    ['an annotation that is text', 'net.json', '{"v":{"annotations":"run"}}', 'net.json, v: expected annotations with'],
    [
      'a segment that is none',
      'net.json',
      '{"v":{"annotations":[{"label":"run","segment":[null,3]}]}}',
      'net.json, v: expected annotations with a label, and a segment of two numbers',
    ],
    ['a stray quote', 'train.csv', `${kinetics}ru"n,a,0,1,train\n`, 'train.csv is no valid CSV: .*[Qq]uote'],
    ['no id', 'train.csv', `${kinetics}\n\nrun,,0,1,train\n`, 'train.csv line 4: expected a youtube_id'],
  ])('%s', async (_, name, text, message) => {
    const root = folderOf({ ...videos('a.mp4'), [name]: text });
    expect(await failure(join(root, name))).toMatch(new RegExp(`^ERR_DATASET ${message}`));
    expect(await failure(root)).toMatch(new RegExp(`^ERR_DATASET ${message}`));
  });
});

test('other JSON is refused with what to do', async () => {
  const root = folderOf({ 'coco.json': '{"images":[],"categories":[]}', 'broken.json': '{' });
  expect(await failure(join(root, 'coco.json'))).toMatch(
    /ERR_DATASET coco\.json: expected a JSON file of .*; convert others to a CSV/,
  );
  expect(await failure(join(root, 'broken.json'))).toMatch(/ERR_DATASET broken\.json is no valid JSON/);
});
