/**
 * Whether a network's fast kernels give the classes that LibTorch's convolutions give.
 *
 *   npm run build && npx tsx bench/inference/agreement.ts --model model.pt --clips 1000
 */
import { parseArgs } from 'node:util';
import { loadModel } from '../../dist';
import { logitAgreement } from '../harness/logitAgreement';

const { values } = parseArgs({
  options: { model: { type: 'string' }, clips: { type: 'string', default: '1000' } },
});
if (!values.model) throw new Error('expected --model and a TorchScript file');
const count = Number(values.clips);
if (!Number.isInteger(count) || count < 1) throw new Error(`expected --clips 1 or more but received ${values.clips}`);
// A network that fell back to LibTorch's convolutions says so in a warning, and would be compared with itself.
process.on('warning', (warning) => {
  throw warning;
});

async function main(path: string) {
  const plain = await loadModel(path, { optimize: 'off' });
  const fast = await loadModel(path);
  const { agreeing, classes, largestError } = await logitAgreement(fast, plain, count);
  console.log(
    `${agreeing} of ${count} clips have the same first class (${classes} classes occur); ` +
      `the logits differ by at most ${largestError.toExponential(1)} of the largest`,
  );
  if (agreeing < count) process.exitCode = 1;
  await Promise.all([fast.dispose(), plain.dispose()]);
}

main(values.model);
