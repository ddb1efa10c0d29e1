import { pngDataUri, type RgbFrame } from '../clip/contactSheet';
import { type Html, html } from './html';
import type { ReconstructedClip } from './types';

/** Clips as they are, as the network saw them, and as it gave them back, below each other. */
export function reconstructionCards(clips: readonly ReconstructedClip[]): Html {
  return html`<section id="reconstructions"><h2>Reconstructions</h2>
<p class="note">By the best model: frames of a clip as they are; as the network sees them; and with what it makes of them. What
it predicts of hidden cells is their pattern, shown with the brightness and contrast that were there.</p>
<div class="reconstructions">${clips.map(card)}</div></section>`;
}

function card({ name, original, seen, reconstructed }: ReconstructedClip): Html {
  return html`<article>${row(original, `Frames of ${name}`)}${row(seen, 'What the network sees')}${row(reconstructed, 'What it makes of it')}
<p><span class="faint path">${name}</span></p></article>`;
}

function row(frames: readonly RgbFrame[], text: string): Html {
  return html`<div class="frames">${frames.map(
    (frame, index) =>
      html`<img src="${pngDataUri(frame)}" width="${frame.width}" height="${frame.height}" alt="${index === 0 ? text : ''}">`,
  )}</div>`;
}
