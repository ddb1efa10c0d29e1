import { writeAtomically } from '../base/writeAtomically';
import type { SkippedSample } from '../dataset/types';
import { evaluate } from '../evaluation/evaluate';
import { HeatMaps } from '../report/heatMaps';
import { confidentMistakes } from '../report/mistakes';
import { writeReport } from '../report/writeReport';
import { bestEpochOf } from './isBetter';
import type { RunFolder } from './runFolder';
import type { RunPlan } from './runPlan';

/** Evaluates the best model on the validation clips, one view each, and writes `evaluation.json` and `report.html`. */
export async function writeRunReport(
  folder: RunFolder,
  plan: RunPlan,
  skipped: readonly SkippedSample[],
  signal?: AbortSignal,
): Promise<void> {
  const { options, data, config } = plan;
  const { device, threads, batchSize } = options;
  const evaluation =
    data.validation &&
    (await evaluate(folder.bestPath, data.validation, {
      clips: 1,
      batchSize: Math.min(batchSize, 64),
      device,
      threads: threads || undefined,
      // Training has made sure that few enough are missing.
      maxSkippedShare: 1,
      signal,
    }));
  if (evaluation) await writeAtomically(folder.evaluationPath, `${JSON.stringify(evaluation, null, 2)}\n`);
  await using maps = new HeatMaps(folder.bestPath, { device, threads: threads || undefined });
  const mistakes = evaluation && data.validation ? await confidentMistakes(evaluation, data.validation, { maps }) : [];
  const metrics = await folder.readMetrics();
  const content = { config, metrics, bestEpoch: bestEpochOf(metrics), evaluation, mistakes, skipped };
  await writeReport(content, folder.reportPath);
}
