/**
 * Puts two models together: weights that are fitted on labelled videos, and the pair kept as one file.
 *
 *   npx tsx examples/ensemble.ts a.pt b.pt clips/manifest.csv both.ensemble.json
 */
import { ensemble, evaluate, fitEnsemble, loadModel } from 'kinetorch';

async function main([first, second, data, file]: string[]) {
  if (!first || !second || !data || !file) throw new Error('expected two models, data and a file to write');
  // On videos that neither was trained on; what they are worth together is measured on others.
  const { weights, losses, loss } = await fitEnsemble([first, second], data, { split: 'validation' });
  console.log(
    `losses ${losses.map((own) => own.toFixed(4)).join(' and ')}, together ${loss.toFixed(4)} with ${weights.join(' : ')}`,
  );
  {
    await using both = await ensemble([first, second], { weights });
    await both.save(file);
  }
  const { metrics } = await evaluate(file, data, { split: 'test' });
  if (metrics.task === 'singleLabel') console.log(`top-1 on the test split: ${(100 * metrics.video.top1).toFixed(1)}%`);
  // It is a model like any other.
  await using model = await loadModel(file);
  console.log(`${model.architecture} of ${model.labels.join(', ')} on ${model.device}`);
}

void main(process.argv.slice(2));
