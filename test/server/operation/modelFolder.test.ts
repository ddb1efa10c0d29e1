import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseOptions } from '../../../lib/base/validation';
import { createServer } from '../../../lib/server/createServer';
import { findModels } from '../../../lib/server/models/findModels';
import { type FilledServerOptions, serverOptions } from '../../../lib/server/options';
import { expectError } from '../../support/models';
import { temporaryFolder } from '../../support/temporaryFolder';
import { quiet } from './support';

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const options: FilledServerOptions = parseOptions(serverOptions, { modelFolder: folder });

async function found() {
  const others: [string, string][] = [];
  const places = await findModels(options, (path, reason) => others.push([path, reason]));
  return { names: [...places.keys()], others };
}

it('of JSON in a folder takes ensembles, also damaged ones, which are to be told of, and says why not the rest', async () => {
  writeFileSync(at('moves.pt'), 'a model');
  // Of the model beside it, and not another of its name.
  writeFileSync(at('moves.json'), '{"labels":["pan","tilt"]}');
  writeFileSync(at('list.json'), '[1, 2]');
  writeFileSync(at('large.json'), `"${'x'.repeat(2 ** 20)}"`);
  writeFileSync(at('both.json'), '{"formatVersion":1,"combine":"mean","models":[{"path":"moves.pt","weight":1}]}');
  writeFileSync(at('old.json'), '{"formatVersion":0,"models":[]}');
  writeFileSync(at('half.json'), '{"formatVersion":1,"comb');
  const { names, others } = await found();
  expect(names).toEqual(['both', 'half', 'moves', 'old']);
  expect(others).toEqual([
    [at('large.json'), expect.stringMatching(/more than 1048576 bytes/)],
    [at('list.json'), expect.stringMatching(/formatVersion, combine and models/)],
    [at('moves.json'), expect.stringMatching(/formatVersion, combine and models/)],
  ]);
});

it('where there is nothing to serve, what there is and is no model is told', async () => {
  const other = at('labels');
  mkdirSync(other);
  renameSync(at('moves.json'), join(other, 'moves.json'));
  await using server = await createServer({ ...quiet, modelFolder: other });
  await expectError(server.listen(), 'ERR_FILE_NOT_FOUND', /expected models/, /moves\.json: .*formatVersion/);
});
