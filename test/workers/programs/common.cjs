// What the programs beside this one share. They run in plain node on dist/, as a user's program does.
const { createModel, loadModel } = require('../../..');

/** A network that takes long enough, some hundred milliseconds a clip, to be caught in the middle. */
exports.slowModel = async () => {
  const input = { frames: 8, height: 48, width: 48, resize: [48, 48] };
  const archive = await createModel({ architecture: 'mc3_18', numClasses: 3, input });
  return loadModel(archive, { device: 'cpu', threads: 1, batching: { maxBatchSize: 2 } });
};

exports.smallArchive = () =>
  createModel({
    architecture: 'r2plus1d_dw',
    numClasses: 6,
    input: { frames: 4, height: 32, width: 32, resize: [36, 48] },
  });

/** Repeatable noise. */
exports.noiseClip = (frames = 8, height = 48, width = 48) => {
  const data = new Uint8Array(frames * height * width * 3);
  for (let i = 0; i < data.length; i++) data[i] = (Math.imul(i + 1, 2654435761) >>> 24) & 255;
  return { data, frames, height, width };
};

/** Starts `count` calls and waits until the first of them runs. */
exports.makeBusy = async (model, count) => {
  for (let i = 0; i < count; i++) model.classifyClip(exports.noiseClip()).catch(() => {});
  while (model.stats().running === 0) await new Promise(setImmediate);
};

/** A trainer with `count` steps under way. */
exports.busyTrainer = async (count) => {
  const { native } = require('../../../dist/native.js');
  const { fillOptions } = require('../../../dist/training/options.js');
  const { classification } = require('../../../dist/training/classification.js');
  const { createTrainer } = require('../../../dist/training/createTrainer.js');
  const side = 48;
  const archive = await createModel({
    architecture: 'mc3_18',
    numClasses: 2,
    input: { frames: 8, height: side, width: side, resize: [side, side] },
  });
  const { input, labels, architecture } = archive.metadata;
  const options = fillOptions({ architecture, data: '-', outDir: '-', optimizer: 'sgd', device: 'cpu', threads: 1 });
  const open = () => native().NativeModelFile.open(archive.bytes, '');
  const start = { input, parts: archive.metadata, open };
  const config = { runtime: { device: 'cpu', precision: 'float32', threads: 1 } };
  const data = { labels, train: { labels } };
  const task = classification(options, start, data);
  const trainer = await createTrainer({ options, start, data, task, config });
  const batch = { data: new Uint8Array(2 * 8 * side * side * 3), batch: 2, frames: 8, height: side, width: side };
  for (let i = 0; i < count; i++)
    trainer.step([{ ...batch, labels: Int32Array.of(0, 1), targets: new Float32Array(0) }], 0.01).catch(() => {});
  return trainer;
};
