// Kinetorch as installed: loads the shipped model, runs one clip of zeros, and says so.
const { createRequire } = require('node:module');
const [packages, model] = process.argv.slice(2);
const { loadModel } = createRequire(packages)('kinetorch');

async function main() {
  const network = await loadModel(model);
  const { predictions } = await network.classifyClip(
    { data: new Uint8Array(3 * 12 * 64 * 80), frames: 12, height: 64, width: 80 },
    { topK: 1 },
  );
  console.log(predictions[0].index);
  process.stdin.resume();
}

void main();
