import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { createModel } from '../../lib';
import { writeDeterministicWeights } from '../support/safetensors';
import { temporaryFolder } from '../support/temporaryFolder';

const fixtures = join(__dirname, '..', 'fixtures');
const stateDict: string[] = JSON.parse(
  gunzipSync(readFileSync(join(fixtures, 'state_dicts.json.gz'))).toString(),
).ir_csn_26;

describe('weights that do not fit are reported by name', () => {
  const folder = temporaryFolder();

  const importing = (weights: string) => createModel({ architecture: 'ir_csn_26', numClasses: 7, weights });
  const importLines = (lines: string[]) => {
    const path = join(folder, 'weights.safetensors');
    writeDeterministicWeights(path, lines);
    return importing(path);
  };

  it.each([
    ['missing', stateDict.filter((line) => !line.startsWith('fc.bias')), 'fc.bias'],
    ['extra', [...stateDict, 'fc.scale:7'], 'fc.scale'],
    ['wrongly shaped', stateDict.map((line) => line.replace('fc.weight:7,2048', 'fc.weight:8,2048')), 'fc.weight'],
  ])(
    '%s',
    async (_, lines, name) => {
      await expect(importLines(lines)).rejects.toMatchObject({
        code: 'ERR_WEIGHTS',
        message: expect.stringContaining(name),
      });
    },
    120_000,
  );

  it.each([
    ['hostile.pth', 'ERR_WEIGHTS', '__builtin__.print'],
    ['legacy.pth', 'ERR_WEIGHTS', 'conv.weight'],
    ['scripted.pt', 'ERR_WEIGHTS', 'does not fit the architecture'],
    ['weights.pth', 'ERR_WEIGHTS', 'conv.weight'],
    ['no-such-file.pth', 'ERR_FILE_NOT_FOUND', 'no-such-file.pth'],
  ])(
    '%s gives %s',
    async (file, code, text) => {
      await expect(importing(join(fixtures, 'models', file))).rejects.toMatchObject({
        code,
        message: expect.stringContaining(text),
      });
    },
    60_000,
  );
});
