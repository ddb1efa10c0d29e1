import { parseOptions } from '../base/validation';
import { evaluationData } from '../evaluation/evaluationData';
import { type EvaluateOptions, evaluateOptions } from '../evaluation/options';
import type { Evaluation } from '../evaluation/types';
import { readMetadata } from '../model/modelFile';
import { HeatMaps } from './heatMaps';
import { confidentMistakes } from './mistakes';
import { writeReport } from './writeReport';

/** What was evaluated: paths of a Kinetorch model and of data, and the options. */
export interface EvaluatedFiles {
  model: string;
  data: string;
  options: EvaluateOptions;
}

/** Writes the report of an evaluation of files, with frames of its most confident mistakes, and where the model looked. */
export async function writeEvaluationReport(
  evaluation: Evaluation,
  { model, data, options }: EvaluatedFiles,
  path: string,
): Promise<void> {
  const metadata = await readMetadata(model);
  const filled = parseOptions(evaluateOptions, options);
  const opened = metadata && (await evaluationData(data, metadata, [metadata.input], filled));
  const { device, precision, threads, labels, input, task, output } = options;
  await using maps = new HeatMaps(model, { device, precision, threads, labels, input, task, output });
  const mistakes = opened ? await confidentMistakes(evaluation, opened.data.dataset, { maps }) : [];
  await writeReport(
    { config: null, metrics: [], bestEpoch: null, evaluation, mistakes, skipped: evaluation.skipped },
    path,
  );
}
