import type { Command } from 'commander';
import { writeAtomically } from '../../base/writeAtomically';
import { type QuantizeOptions, quantizeOptions } from '../../quantization/options';
import { dataArgument } from '../flags/dataArgument';
import { schemaFlag } from '../flags/schemaFlag';
import { printQuantization, QuantizationBar } from '../print/quantizationPrinter';
import { printJson } from '../print/terminal';

type Options = Omit<QuantizeOptions, 'outFile' | 'signal' | 'onProgress'> & {
  out: string;
  report?: string;
  json?: boolean;
};

const notes = `
What each convolution reads is looked at on clips like those that the model will see; two thirds of them say over which
ranges numbers are rounded to int8, and what is lost is measured on the others. Layers that cost most stay in float32 until
--min-agreement holds and, of clips with the model's labels, --max-drop. Nothing is trained; the model's own file stays as
it is. What is written runs in int8 on a CPU, and in float32 or float16 elsewhere.

SNR is the signal-to-noise ratio of the logits in dB, of a layer where it alone is int8: the less, the more it costs.

With --json, or in the file of --report, one document: {"method":…,"layers":[{"name":…,"int8":…,"signalToNoise":…,
"multiplications":…},…],"agreement":…,"top1":{"before":…,"after":…},"bytes":{…},…}.

Examples:
  $ kinetorch quantize fights.pt clips/ -o fights.int8.pt
  $ kinetorch quantize camera.pt recordings/ -o camera.int8.pt --min-agreement 99.9 --clips 1000
  $ kinetorch quantize fights.pt manifest.csv -o fights.int8.pt --split train --max-drop 0.2 --report report.json`;

/** `kinetorch quantize`. */
export function define(command: Command): void {
  const { clips, split, method, maxDrop, minAgreement, maxSkippedShare, threads } = quantizeOptions;
  command
    .description('Make a model int8, for a CPU: layers that lose too much stay in float32.')
    .argument('<model>', 'model file')
    .argument('<data>', `${dataArgument}; or a folder of videos without labels`)
    .requiredOption('-o, --out <file>', 'where to write the int8 model')
    .addOption(schemaFlag('--clips <n>', clips))
    .addOption(schemaFlag('--split <name>', split))
    .addOption(schemaFlag('--method <name>', method))
    .addOption(schemaFlag('--max-drop <points>', maxDrop))
    .addOption(schemaFlag('--min-agreement <percent>', minAgreement))
    .addOption(schemaFlag('--max-skipped-share <n>', maxSkippedShare))
    .addOption(schemaFlag('--threads <n>', threads))
    .option('--report <file>', 'write what was done, layer by layer, as JSON')
    .option('--json', 'one JSON document')
    .addHelpText('after', notes)
    .action(run);
}

async function run(model: string, data: string, { out, report, json, ...options }: Options): Promise<void> {
  const { quantizeModel } = await import('../../quantization/quantizeModel.js');
  const bar = new QuantizationBar();
  const filled = { ...options, outFile: out, onProgress: bar.onProgress };
  const quantization = await quantizeModel(model, data, filled).finally(() => bar.clear());
  // First what it took long to find out: the report may end in a full disk.
  if (json) printJson(quantization);
  else printQuantization(quantization);
  if (report === undefined) return;
  await writeAtomically(report, `${JSON.stringify(quantization, null, 2)}\n`);
}
