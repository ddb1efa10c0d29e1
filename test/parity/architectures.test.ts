import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { createModel, loadModel } from '../../lib';
import { referenceClips } from '../support/referenceClips';
import { relativeError } from '../support/relativeError';
import { writeDeterministicWeights } from '../support/safetensors';
import { temporaryFolder } from '../support/temporaryFolder';

interface Reference {
  /** [N, 3, T, H, W] */
  clipShape: number[];
  numClasses: number;
  models: Record<string, { logits: number[][] }>;
}

const fixtures = join(__dirname, '..', 'fixtures');
const reference: Reference = JSON.parse(readFileSync(join(fixtures, 'reference_logits.json'), 'utf8'));
const stateDicts: Record<string, string[]> = JSON.parse(
  gunzipSync(readFileSync(join(fixtures, 'state_dicts.json.gz'))).toString(),
);

describe('forward parity with the Python definitions', () => {
  const folder = temporaryFolder();

  // The import reports every missing, extra and wrongly shaped tensor, so it also checks the state-dict keys.
  it.each(Object.entries(reference.models))(
    '%s takes the weights by name and gives the same logits',
    async (name, expected) => {
      const weights = join(folder, `${name}.safetensors`);
      writeDeterministicWeights(weights, stateDicts[name] ?? []);
      const { input, clips } = referenceClips(reference.clipShape);
      const archive = await createModel({ architecture: name, numClasses: reference.numClasses, weights, input });
      rmSync(weights);
      await using model = await loadModel(archive, { device: 'cpu', precision: 'float32' });
      const logits = await Promise.all(clips.map((clip) => model.logits(clip)));
      expect(
        relativeError(
          logits.flatMap((row) => [...row]),
          expected.logits.flat(),
        ),
      ).toBeLessThan(1e-4);
    },
    240_000,
  );
});
