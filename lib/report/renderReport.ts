import { calibrationSection } from './calibrationSection';
import { classTable } from './classTable';
import { confusionTable } from './confusionTable';
import { curves } from './curves';
import { Html, html } from './html';
import { mistakeCards } from './mistakeCards';
import { reconstructionCards } from './reconstructionCards';
import { settings, skippedList } from './settings';
import { shortPaths } from './shortPaths';
import { style } from './style';
import { summary } from './summary';
import type { ReportContent } from './types';

/**
 * A report as one HTML page. It holds no script and asks for nothing: charts are SVG, pictures are data URIs, and its
 * own content policy forbids everything else, whatever the names in the data are.
 */
export function renderReport(content: ReportContent): string {
  const { config, metrics, bestEpoch, evaluation, mistakes, reconstructions, skipped } = content;
  const single = evaluation?.metrics.task === 'singleLabel' ? evaluation.metrics : null;
  const parts: [string, string, Html][] = [];
  if (metrics.length > 0) parts.push(['curves', 'Training', curves(metrics, bestEpoch)]);
  if (evaluation) parts.push(['classes', 'Classes', classTable(evaluation)]);
  if (evaluation && single) {
    parts.push(['confusion', 'Confusion', confusionTable(evaluation.labels, single.confusion)]);
    parts.push(['calibration', 'Calibration', calibrationSection(single.calibration)]);
  }
  if (mistakes.length > 0) parts.push(['mistakes', 'Mistakes', mistakeCards(mistakes)]);
  if (reconstructions?.length) parts.push(['reconstructions', 'Reconstructions', reconstructionCards(reconstructions)]);
  if (skipped.length > 0) parts.push(['skipped', 'Left out', skippedList(skipped)]);
  if (config) parts.push(['settings', 'Settings', settings(config)]);
  const kind = reconstructions ? 'Pre-training' : config ? 'Training' : 'Evaluation';
  const title = `${kind} report · ${config?.architecture ?? evaluation?.architecture ?? ''}`;
  const data = config?.options.data ?? evaluation?.data;
  const names = [...mistakes, ...(reconstructions ?? []), ...skipped].map(({ name }) => name);
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<title>${title}</title><link rel="icon" href="data:,"><style>${new Html(style)}</style></head>
<body><nav aria-label="Sections">${parts.map(([id, name]) => html`<a href="#${id}">${name}</a>`)}</nav>
<main>${summary(content)}${parts.map(([, , part]) => part)}</main>
${config && html`<footer>Written by Kinetorch ${config.kinetorch}</footer>`}</body></html>
`.text;
  return shortPaths(page, data ?? undefined, names);
}
