import type { Command } from 'commander';
import { type EvaluateOptions, evaluateOptions } from '../../evaluation/options';
import { dataArgument } from '../flags/dataArgument';
import { precisionFlag, type RuntimeOptions, runtimeFlags } from '../flags/modelFlags';
import { type NetworkOptions, networkFlags, networkFrom } from '../flags/networkFlags';
import { schemaFlag } from '../flags/schemaFlag';
import { printEvaluation } from '../print/evaluationPrinter';
import { ProgressBar } from '../print/progressBar';
import { note, printJson } from '../print/terminal';

type Options = RuntimeOptions &
  NetworkOptions &
  Omit<EvaluateOptions, 'signal' | 'onProgress' | 'labels'> & { model: string; html?: string; json?: boolean };

const notes = `
Labels of model and data are matched by name. Where the data name splits, only the validation clips are read unless
--split says otherwise: keep the test split for the end. Data without splits are read whole, those too that the model was
trained on; --split validation reads the clips that training kept apart.

"By video" averages the probabilities of all clips and crops of a video; "by clip" counts each clip for itself. The
numbers are the same on every run. What --average-frames leaves right does not need motion to be seen.

With --json, one document: {"metrics":{"video":{"top1":…,"top5":…},"clip":{…},"classes":[…],"confusion":[…],…},
"predictions":[…],"skipped":[…],…}.

Examples:
  $ kinetorch evaluate clips/manifest.csv --model run/best.pt
  $ kinetorch evaluate clips/manifest.csv -m run/best.pt --split test --clips 10 --crops 3 --html test.html
  $ kinetorch evaluate clips/ -m run/best.pt --json | jq .metrics.video`;

const flags = () => [
  schemaFlag('--clips <n>', evaluateOptions.clips),
  schemaFlag('--crops <n>', evaluateOptions.crops),
  schemaFlag('--split <name>', evaluateOptions.split),
  schemaFlag('--fold <n>', evaluateOptions.fold),
  schemaFlag('--official-split <n>', evaluateOptions.officialSplit),
  schemaFlag('--validation-share <n>', evaluateOptions.validationShare),
  schemaFlag('--seed <n>', evaluateOptions.seed),
  schemaFlag('--average-frames', evaluateOptions.averageFrames),
  schemaFlag('-b, --batch-size <n>', evaluateOptions.batchSize),
  schemaFlag('--max-skipped-share <n>', evaluateOptions.maxSkippedShare),
  ...runtimeFlags(),
  precisionFlag(),
  ...networkFlags(),
];

/** `kinetorch evaluate`. */
export function define(command: Command): void {
  command
    .description('Measure a model on labelled videos: accuracy by clip, video and class, confusion, calibration.')
    .argument('<data>', dataArgument)
    .requiredOption('-m, --model <file>', 'model file');
  for (const flag of flags()) command.addOption(flag);
  command
    .option('--html <file>', 'write a report to open in a browser')
    .option('--json', 'one JSON document')
    .addHelpText('after', notes)
    .action(runEvaluation);
}

async function runEvaluation(data: string, { model, html, json, ...given }: Options): Promise<void> {
  const { labelsFile: _, ...options } = { ...given, ...(await networkFrom(given)) };
  const { evaluate } = await import('../../evaluation/evaluate.js');
  const bar = new ProgressBar('  evaluating {bar} {value}/{total} videos  {eta_formatted}');
  let isStarted = false;
  const onProgress = ({ done, total }: { done: number; total: number }) => {
    if (isStarted) bar.update(done);
    else bar.start(total, {}, done);
    isStarted = true;
  };
  const evaluation = await evaluate(model, data, { ...options, onProgress }).finally(() => bar.clear());
  // First what it took long to find out: the report may end in a full disk.
  if (json) printJson(evaluation);
  else printEvaluation(evaluation);
  if (html === undefined) return;
  const { writeEvaluationReport } = await import('../../report/writeEvaluationReport.js');
  await writeEvaluationReport(evaluation, { model, data, options }, html);
  note(`report: ${html}`);
}
