import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { createModel, loadModel } from '../../lib';
import { noiseClip, onCpu } from '../support/models';
import { deterministicOnnx } from '../support/onnx';
import { writeDeterministicWeights } from '../support/safetensors';
import { temporaryFolder } from '../support/temporaryFolder';

const fixtures = join(__dirname, '..', 'fixtures');
const stateDict: string[] = JSON.parse(
  gunzipSync(readFileSync(join(fixtures, 'state_dicts.json.gz'))).toString(),
).ir_csn_26;
const folder = temporaryFolder();

describe('weights that do not fit are reported by name', () => {
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
    ['../onnx/exported.onnx', 'ERR_WEIGHTS', 'conv.weight'],
    ['../onnx/folded.onnx', 'ERR_WEIGHTS', 'do_constant_folding=False'],
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

test('an ONNX model gives the network that its tensors in a .safetensors file give', async () => {
  const [onnx, safetensors] = [join(folder, 'weights.onnx'), join(folder, 'weights.safetensors')];
  // Exporters leave these out.
  const exported = stateDict.filter((line) => !line.startsWith('num_batches_tracked', line.lastIndexOf('.') + 1));
  writeFileSync(onnx, deterministicOnnx(exported));
  writeDeterministicWeights(safetensors, stateDict);
  const clip = noiseClip({ frames: 4, height: 32, width: 32 });
  const logitsOf = async (weights: string) => {
    const input = { frames: 4, height: 32, width: 32, resize: [32, 32] as [number, number] };
    const archive = await createModel({ architecture: 'ir_csn_26', numClasses: 7, weights, input });
    await using model = await loadModel(archive, { ...onCpu, tuning: { timeMs: 0 } });
    return model.logits(clip);
  };
  expect(await logitsOf(onnx)).toEqual(await logitsOf(safetensors));
}, 120_000);
