import { formatCount, percent } from '../base/format';
import { tellsTop5 } from '../evaluation/tellsTop5';
import type { Evaluation } from '../evaluation/types';
import { waitShare } from './curves';
import { duration, significant } from './format';
import { type Html, html } from './html';
import type { ReportContent, ReportedEpoch } from './types';

/** What a person looks for first. */
export function summary({ config, metrics, bestEpoch, evaluation, reconstructions, skipped }: ReportContent): Html {
  const last = metrics.at(-1);
  const seconds = metrics.reduce((sum, one) => sum + one.seconds, 0);
  const trained = metrics.reduce((sum, one) => sum + one.train.clips / one.clipsPerSecond, 0);
  const clips = metrics.reduce((sum, one) => sum + one.train.clips, 0);
  const later = metrics.slice(1);
  const tiles: (Html | null)[] = [
    ...(evaluation ? evaluationTiles(evaluation) : []),
    ...lossTiles(metrics, bestEpoch),
    last ? tile('best epoch', `${bestEpoch ?? last.epoch}`, `of ${formatCount(last.epoch)} trained`) : null,
    last ? tile('training time', duration(seconds), `${significant(clips / trained)} clips a second`) : null,
    later.length > 0
      ? tile(
          'waiting for data',
          percent(later.reduce((sum, one) => sum + waitShare(one), 0) / later.length),
          'of training time after the first epoch',
        )
      : null,
    skipped.length > 0
      ? tile('left out', formatCount(skipped.length), 'samples that could not be loaded', 'alert')
      : null,
  ];
  return html`<section id="summary"><h1>${reconstructions ? 'Pre-training report' : config ? 'Training report' : 'Evaluation'}</h1>
<p class="lead">${leadOf(config, evaluation)}</p>
<div class="tiles">${tiles}</div>
${evaluation && evaluation.warnings.length > 0 && html`<ul class="warnings">${evaluation.warnings.map((text) => html`<li>${text}</li>`)}</ul>`}</section>`;
}

/** Of a network that gives clips back. */
function lossTiles(metrics: readonly ReportedEpoch[], bestEpoch: number | null): Html[] {
  const best = metrics.find(({ epoch }) => epoch === bestEpoch);
  if (!best || best.train.accuracy !== undefined) return [];
  const { loss, pixels, difference } = best.validation ?? best.train;
  const figures = Object.entries({ pixels, difference }).filter(([, value]) => value !== undefined);
  const ofHidden = figures.map(([name, value]) => `${name} ${significant(value as number)}`).join(', ');
  const name = best.validation ? 'validation loss' : 'training loss';
  return [
    tile(name, significant(loss), ofHidden === '' ? 'of normalised pixels' : `1 if nothing is learned; ${ofHidden}`),
  ];
}

function evaluationTiles({ metrics, labels }: Evaluation): Html[] {
  if (metrics.task === 'multiLabel') {
    return [
      tile('mAP', percent(metrics.meanAveragePrecision), 'mean of the classes'),
      tile('all classes right', percent(metrics.video.exactMatch), `of ${formatCount(metrics.video.count)} videos`),
      tile('macro F1', percent(metrics.macroF1), `loss ${significant(metrics.loss)}`),
    ];
  }
  const { video, clip, calibration } = metrics;
  return [
    tile('top-1 by video', percent(video.top1), `by clip ${percent(clip.top1)}`),
    ...(tellsTop5(labels.length) ? [tile('top-5 by video', percent(video.top5), `by clip ${percent(clip.top5)}`)] : []),
    tile('macro F1', percent(metrics.macroF1), `mean class accuracy ${percent(metrics.meanClassAccuracy)}`),
    tile('calibration error', percent(calibration.error), `loss ${significant(metrics.loss)}`),
  ];
}

function tile(name: string, value: string, detail: string, kind = ''): Html {
  return html`<div class="tile ${kind}"><span>${name}</span><b>${value}</b><small>${detail}</small></div>`;
}

function leadOf(config: ReportContent['config'], evaluation: Evaluation | null): Html {
  const architecture = config?.architecture ?? evaluation?.architecture ?? '';
  const data = config?.options.data ?? evaluation?.data;
  const sizes = config
    ? `, ${config.labels.length > 0 ? `${formatCount(config.labels.length)} classes, ` : ''}${formatCount(config.dataset.trainClips)} training and ${formatCount(config.dataset.validationClips)} validation videos`
    : '';
  return html`<b>${architecture}</b>${data ? html` on <span class="path">${data}</span>` : null}${sizes}. ${evaluation && viewsOf(evaluation, config !== null)}`;
}

function viewsOf({ metrics, clips, crops, split, fold, averageFrames }: Evaluation, isRun: boolean): string {
  const { video, clip } = metrics;
  // A run evaluates its validation clips, which it gives as a dataset.
  const part = isRun ? 'validation ' : split === null || split === 'all' ? '' : `${split} `;
  const views = `${clips === 1 ? 'one clip' : `up to ${clips} clips`} a video${crops === 3 ? ', 3 crops each' : ''}`;
  return (
    `Figures are of ${formatCount(video.count)} ${part}videos${fold === null ? '' : ` of fold ${fold}`} ` +
    `(${formatCount(clip.count)} clips: ${views}).${averageFrames ? ' Every frame was replaced by the mean of its clip.' : ''}`
  );
}
