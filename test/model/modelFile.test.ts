import { rmSync, writeFileSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NativeModelFile } from '../../binding';
import { inspectModel } from '../../lib/model/inspectModel';
import { loadModel } from '../../lib/model/loadModel';
import { openModelFile, withModelFile } from '../../lib/model/modelFile';
import { native } from '../../lib/native';
import { train } from '../../lib/training/train';
import { expectError, fixture, noiseClip, onCpu, smallArchive, smallInput } from '../support/models';
import { noise, smallRun } from '../support/smallRun';
import { temporaryFolder } from '../support/temporaryFolder';

const folder = temporaryFolder();

const { NativeModelFile: Plain } = native();
afterEach(() => Object.assign(native(), { NativeModelFile: Plain }));

/** Keeps every file that is opened from now on, and does `then` when one is. */
function watchOpens(then: (source: string | Uint8Array) => void = () => {}): NativeModelFile[] {
  const opened: NativeModelFile[] = [];
  const open = async (source: string | Uint8Array, sha256: string) => {
    const file = await Plain.open(source, sha256);
    opened.push(file);
    then(source);
    return file;
  };
  Object.assign(native(), { NativeModelFile: { open } });
  return opened;
}

function expectClosed(opened: NativeModelFile[], count: number): void {
  expect(opened).toHaveLength(count);
  for (const file of opened) expect(() => file.metadata).toThrow('was closed');
}

test('a path is opened once: what was checked is what is loaded, though another file stands there by then', async () => {
  const path = join(folder, 'model.pt');
  const archive = await smallArchive();
  await archive.save(path);
  await using expected = await loadModel(archive, onCpu);
  const logits = await expected.logits(noiseClip());
  const opened = watchOpens(() => {
    rmSync(path);
    writeFileSync(path, 'no model any more');
  });
  await using model = await loadModel(path, onCpu);
  expect(await model.logits(noiseClip())).toEqual(logits);
  expectClosed(opened, 1);
  await expectError(loadModel(path, onCpu), 'ERR_MODEL_FORMAT');
});

test('counting and training open their file once too', async () => {
  const path = join(folder, 'start.pt');
  const archive = await smallArchive({
    labels: noise(1).labels as string[],
    input: { ...smallInput, height: 16, width: 16 },
  });
  await archive.save(path);
  const whole = await inspectModel(path);
  const opened = watchOpens((source) => source === path && rmSync(path));
  expect(await inspectModel(path)).toEqual(whole);
  expectClosed(opened, 1);
  await archive.save(path);
  const data = { train: noise(8), validation: noise(4) };
  await train(
    smallRun(join(folder, 'run'), { architecture: undefined, from: path, input: undefined, data, epochs: 1 }),
  );
  expectClosed(opened, 3); // the last for the report, which shows how the best model does
});

test('a file is closed where it turns out to be of no use', async () => {
  const opened = watchOpens();
  await expectError(loadModel(fixture('scripted.pt'), onCpu), 'ERR_MODEL_METADATA');
  await expectError(loadModel(await smallArchive(), { ...onCpu, labels: ['one'] }), 'ERR_MODEL_METADATA');
  const failing = withModelFile(fixture('scripted.pt'), () => {
    throw new Error('of no use');
  });
  await expect(failing).rejects.toThrow('of no use');
  expectClosed(opened, 3);
});

test('a closed file says so, and closing it does not stop what is being made of it', async () => {
  const path = join(folder, 'copy.pt');
  await copyFile(fixture('scripted.pt'), path);
  const { native: file } = await openModelFile(path);
  expect(file.format).toBe('torchscript');
  const counting = file.profile([4, 16, 16]);
  file.close();
  file.close();
  expect((await counting).parameters).toBeGreaterThan(0);
  expect(() => file.format).toThrow(expect.objectContaining({ code: 'ERR_DISPOSED' }));
  expect(() => file.profile([4, 16, 16])).toThrow(expect.objectContaining({ code: 'ERR_DISPOSED' }));
});
