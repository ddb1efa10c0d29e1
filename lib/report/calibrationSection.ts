import { formatCount, percent, percentOrDash } from '../base/format';
import type { Calibration } from '../evaluation/types';
import { calibrationChart } from './calibrationChart';
import { type Html, html } from './html';

/** Whether the model is right as often as it says. */
export function calibrationSection(calibration: Calibration): Html {
  const used = calibration.bins.filter((bin) => bin.count > 0);
  return html`<section id="calibration"><h2>Calibration</h2>
<p class="note">Is the model right as often as its probabilities say? Bars show how often it was right at each confidence;
on the dashed line the two agree. Expected calibration error: <strong>${percent(calibration.error)}</strong>.</p>
<div class="beside"><figure class="chart">${calibrationChart(calibration)}
<figcaption class="legend"><span class="swatch bar">accuracy</span><span class="swatch gap">gap to the confidence</span><span class="swatch count">videos</span></figcaption></figure>
<div class="scroll"><table><thead><tr><th scope="col">confidence</th><th scope="col">videos</th><th scope="col">mean confidence</th><th scope="col">accuracy</th></tr></thead>
<tbody>${used.map(
    (
      bin,
    ) => html`<tr><th scope="row" class="span">${percent(bin.from)}–${percent(bin.to)}</th><td>${formatCount(bin.count)}</td>
<td>${percentOrDash(bin.confidence)}</td><td>${percentOrDash(bin.accuracy)}</td></tr>`,
  )}</tbody></table></div></div></section>`;
}
