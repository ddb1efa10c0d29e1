import { architectures } from '../../lib/model/architectures';
import { createModel } from '../../lib/model/createModel';
import { noFrameCnn } from '../../lib/model/frameCnnSchema';
import { inspectModel } from '../../lib/model/inspectModel';
import { loadModel } from '../../lib/model/loadModel';
import { readMetadata } from '../../lib/model/modelFile';
import { models } from '../../lib/model/models';
import { native } from '../../lib/native';
import { expectError, fixture, fixtureInput, fixtureLabels, onCpu, smallArchive } from '../support/models';

const firstVersion = { formatVersion: 1, architecture: 'r2plus1d_dw', labels: fixtureLabels, input: fixtureInput };
const parts = {
  stages: ['stem', 'layer1', 'layer2', 'layer3', 'layer4'],
  head: 'fc',
  outputs: ['logits', 'probabilities', 'embedding', 'features'],
};
const secondVersion = { ...firstVersion, ...parts, formatVersion: 2, task: 'multiclass' };

/** A network of four classes with this `kinetorch.json` inside. */
function archiveWith(metadata: unknown): Promise<Uint8Array> {
  const options = {
    architecture: 'r2plus1d_dw',
    numClasses: 4,
    seed: 1,
    weights: [],
    newHead: false,
    inflate: 'average' as const,
    frameCnn: noFrameCnn,
  };
  return native().createModel({ ...options, metadata: JSON.stringify(metadata) });
}

test('createModel writes version 2, and what it writes is what is read', async () => {
  const archive = await smallArchive();
  expect(archive.metadata).toMatchObject({ formatVersion: 2, task: 'multiclass', ...parts });
  expect(await readMetadata(archive.bytes)).toEqual(archive.metadata);
  await using model = await loadModel(archive, onCpu);
  expect(model.metadata).toEqual(archive.metadata);
});

test('the catalogue names the parts of every architecture, and a model of each family writes them', async () => {
  const families = new Map(architectures().map((info) => [info.family, info]));
  for (const { name, stages, head } of families.values()) {
    const { metadata, bytes } = await createModel({ architecture: name, numClasses: 2 });
    expect(metadata).toMatchObject({ stages, head });
    const summary = await inspectModel(bytes, { frames: 4, height: 32, width: 32 });
    expect(summary.stages.map((stage) => stage.name)).toEqual([...stages, head]);
  }
});

test('a file of version 1 is filled up from the catalogue', async () => {
  const bytes = await archiveWith(firstVersion);
  expect(await readMetadata(bytes)).toEqual(secondVersion);
  await using model = await loadModel(bytes, onCpu);
  expect(model.metadata).toEqual(secondVersion);
  const several = await archiveWith({ ...firstVersion, training: { loss: 'bce' } });
  expect((await readMetadata(several))?.task).toBe('multilabel');
  const custom = await archiveWith({ ...firstVersion, architecture: 'custom' });
  const nothing = { stages: [], head: null, outputs: ['logits', 'probabilities'] };
  expect(await readMetadata(custom)).toMatchObject({ ...nothing, formatVersion: 2, architecture: 'custom' });
});

test('the shipped model says all of it itself', async () => {
  const file = await native().NativeModelFile.open(models.cameraMotion, '');
  expect(JSON.parse(file.metadata as string)).toMatchObject({ formatVersion: 2, task: 'multiclass', ...parts });
  file.close();
});

test('version 2 says itself what the parts are', async () => {
  const own = {
    ...secondVersion,
    architecture: 'mine',
    stages: ['layer1', 'layer2.0'],
    head: null,
    task: 'multilabel',
  };
  const bytes = await archiveWith(own);
  expect(await readMetadata(bytes)).toEqual(own);
  const names = (await inspectModel(bytes)).stages.map((stage) => stage.name);
  expect(names).toEqual(['stem', 'layer1', 'layer2.0', 'layer2', 'layer3', 'layer4', 'fc']);
});

test.each([
  [{ ...secondVersion, formatVersion: 3 }, '1 or 2, the format versions this Kinetorch reads'],
  [{ ...secondVersion, formatVersion: undefined }, '1 or 2, the format versions this Kinetorch reads'],
  [{ ...firstVersion, formatVersion: 2 }, 'kinetorch.json.task'],
  [{ ...secondVersion, task: 'regression' }, "'multiclass' or 'multilabel' or 'reconstruct'"],
  [{ ...secondVersion, head: '' }, 'kinetorch.json.head'],
  [{ ...secondVersion, stages: ['stem', 3] }, 'kinetorch.json.stages.1'],
  [{ ...secondVersion, outputs: ['boxes'] }, 'one of logits, probabilities, embedding, features'],
  [{ ...firstVersion, labels: [] }, 'kinetorch.json.labels'],
  [{ ...secondVersion, labels: [] }, 'kinetorch.json.labels'],
  [{ ...secondVersion, task: 'reconstruct', reconstruction: { objective: 'plain' } }, 'kinetorch.json.labels'],
  [
    { ...secondVersion, task: 'reconstruct', labels: [], reconstruction: { objective: 'all' } },
    'kinetorch.json.reconstruction.objective',
  ],
  [null, 'an object'],
  [[], 'kinetorch.json'],
])('damaged metadata: %j', async (metadata, message) => {
  const bytes = await archiveWith(metadata);
  await expectError(readMetadata(bytes), 'ERR_MODEL_METADATA', 'damaged', message);
  await expectError(loadModel(bytes, onCpu), 'ERR_MODEL_METADATA', 'damaged', message);
});

test('of a network from elsewhere little is known', async () => {
  expect(await readMetadata(fixture('scripted.pt'))).toBeNull();
  await using model = await loadModel(fixture('scripted.pt'), { labels: fixtureLabels, input: fixtureInput, ...onCpu });
  const nothing = { stages: [], head: null, outputs: ['logits', 'probabilities'] };
  expect(model.metadata).toMatchObject({ formatVersion: 2, architecture: 'custom', task: 'multiclass', ...nothing });
});
