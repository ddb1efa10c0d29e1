import { percent } from '../base/format';
import { pngDataUri, type RgbFrame } from '../clip/contactSheet';
import { type Html, html } from './html';
import type { Mistake } from './types';

/** The mistakes the model was surest of, each with frames of its video. */
export function mistakeCards(mistakes: readonly Mistake[]): Html {
  return html`<section id="mistakes"><h2>Most confident mistakes</h2>
<p class="note">Often a wrong label in the data, a video that shows several things, or something the model cannot see in
so few or so small frames.${mistakes.some(({ heat }) => heat.length > 0) && ' Below: what spoke for the wrong label, from violet, least, to yellow, most in the clip (Grad-CAM).'}</p>
<div class="mistakes">${mistakes.map(card)}</div></section>`;
}

function card({ name, labels, predicted, probability, frames, heat }: Mistake): Html {
  const said = predicted.length === 0 ? 'nothing' : predicted.map((one) => `${one.label} ${percent(one.probability)}`);
  const own = labels.length === 0 ? 'nothing' : labels.join(', ');
  return html`<article>${pictures(frames, `Frames of ${name}`)}${heat.length > 0 && pictures(heat, `Where the model looked in ${name}`)}
<p><span class="pair"><b>${own}</b> taken for <b class="wrong">${typeof said === 'string' ? said : said.join(', ')}</b></span>
<span class="faint">${labels.length > 0 && html`its own label got ${percent(probability)}`}<span class="path">${name}</span></span></p></article>`;
}

const pictures = (frames: readonly RgbFrame[], alt: string) =>
  html`<div class="frames">${frames.map(
    (frame, index) =>
      html`<img src="${pngDataUri(frame)}" width="${frame.width}" height="${frame.height}" alt="${index === 0 ? alt : ''}">`,
  )}</div>`;
