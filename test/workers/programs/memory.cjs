// memory.cjs <requests | reload | collect>: prints by how many megabytes the process grew, as JSON. Needs --expose-gc.
const { loadModel } = require('../../..');
const { noiseClip, smallArchive } = require('./common.cjs');

const megabytes = () => {
  global.gc();
  return process.memoryUsage.rss() / 2 ** 20;
};
const turn = () => new Promise((resolve) => setTimeout(resolve, 20));
const options = { device: 'cpu', threads: 1 };

/**
 * By how much the process grows in one window. Allocators' pools fill at first and swing by tens of megabytes later,
 * but what is left behind raises their lowest point with every window.
 */
async function growthOf(each) {
  const half = 5;
  const sizes = [];
  for (let window = 0; window < 1 + 2 * half; window++) {
    await each();
    await turn();
    sizes.push(megabytes());
  }
  const lowest = (from) => Math.min(...sizes.slice(from, from + half));
  return (lowest(1 + half) - lowest(1)) / half;
}

async function requests() {
  const model = await loadModel(await smallArchive(), options);
  // Many sizes and outputs, as a server sees them.
  const round = () =>
    Promise.all(
      Array.from({ length: 30 }, (_, i) =>
        i % 3 === 0 ? model.embedClip(noiseClip(4, 120 + i, 160)) : model.classifyClip(noiseClip(8, 120, 160 + i)),
      ),
    );
  return growthOf(async () => {
    for (let i = 0; i < 10; i++) await round();
  });
}

async function reload() {
  const archive = await smallArchive();
  const once = async () => {
    const model = await loadModel(archive, options);
    await model.classifyClip(noiseClip(4, 40, 56));
    await model.dispose();
  };
  return growthOf(async () => {
    for (let i = 0; i < 8; i++) await once();
  });
}

/** Models that are dropped without dispose(): the collector frees them. Each holds about 130 MB. */
async function collect() {
  const { createModel } = require('../../..');
  const input = { frames: 4, height: 32, width: 32, resize: [32, 32] };
  const archive = await createModel({ architecture: 'r3d_18', numClasses: 3, input });
  const once = async () => {
    const model = await loadModel(archive, options);
    await model.classifyClip(noiseClip(4, 32, 32));
  };
  // The collector may be one model late.
  return growthOf(async () => {
    await once();
    await turn();
    global.gc();
    await turn();
  });
}

({ requests, reload, collect })[process.argv[2]]().then((grown) => console.log(JSON.stringify({ grown })));
