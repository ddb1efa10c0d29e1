// trainRun.cjs FOLDER…: in each a small run over clips made in memory, with a checkpoint after each step; begun, or resumed
// where it was begun before. Prints a line before its first step, so that a test knows when there is something to kill.
const { existsSync } = require('node:fs');
const { join } = require('node:path');
const { train } = require('../../..');

const shape = { frames: 4, height: 20, width: 20 };

const dataset = (length) => ({
  labels: ['a', 'b'],
  length,
  labelOf: (index) => index % 2,
  nameOf: (index) => `clip-${index}`,
  clip: async (index, { random }) => {
    if (index === 3) throw new Error('broken');
    const data = new Uint8Array(shape.frames * shape.height * shape.width * 3);
    for (let place = 0; place < data.length; place++) data[place] = random() * (index % 2 === 0 ? 255 : 120);
    return { data, ...shape };
  },
});

const optionsFor = (outDir) => ({
  architecture: 'r2plus1d_dw',
  data: { train: dataset(10), validation: dataset(4) },
  outDir,
  epochs: 2,
  batchSize: 2,
  accumulate: 2,
  optimizer: 'adamw',
  ema: 0.9,
  augment: { cropArea: [0.5, 1], brightness: 0.2, mixup: 0.4 },
  input: { frames: shape.frames, height: 16, width: 16, resize: [20, 20] },
  maxSkippedShare: 0.5,
  checkpointMinutes: 0,
  device: 'cpu',
  threads: 1,
  resume: existsSync(join(outDir, 'config.json')),
});

const onProgress = ({ type }) => type === 'start' && process.stdout.write('started\n');
async function main(folders) {
  for (const outDir of folders) await train(optionsFor(outDir), { onProgress });
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
