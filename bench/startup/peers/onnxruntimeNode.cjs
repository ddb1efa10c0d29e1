// onnxruntime-node: loads the shipped model as ONNX, runs one clip of zeros, and says so.
const { createRequire } = require('node:module');
const [packages, model] = process.argv.slice(2);
const { InferenceSession, Tensor } = createRequire(packages)('onnxruntime-node');

async function main() {
  const session = await InferenceSession.create(model);
  const zeros = new Tensor('float32', new Float32Array(3 * 12 * 64 * 80), [1, 3, 12, 64, 80]);
  const output = await session.run({ [session.inputNames[0]]: zeros });
  const logits = [...output[session.outputNames[0]].data];
  console.log(logits.indexOf(Math.max(...logits)));
  process.stdin.resume();
}

void main();
