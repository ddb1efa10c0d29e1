/**
 * A model on its device, in the device's precision, against float32 on the processor. Prints an Agreement as JSON.
 *
 *   node agreement.js '{"model": …, "device": …, "clips": …, "until": …}'
 */
import { loadModel } from '../../../dist';
import { logitAgreement } from '../../harness/logitAgreement';

export interface AgreementTask {
  model: string;
  device: 'cpu' | 'cuda';
  clips: number;
  /** Milliseconds since 1970. */
  until: number;
}

async function main({ model: path, device, clips, until }: AgreementTask) {
  const model = await loadModel(path, { device });
  const reference = await loadModel(path, { device: 'cpu', precision: 'float32' });
  console.log(JSON.stringify(await logitAgreement(model, reference, clips, until)));
  await Promise.all([model.dispose(), reference.dispose()]);
}

main(JSON.parse(process.argv[2] as string) as AgreementTask);
