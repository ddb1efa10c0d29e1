import type { LoadModelOptions } from '../../lib/model/options';
import { wrapModel } from '../../lib/model/wrapModel';
import { fixture, fixtureInput, onCpu } from './models';
import { makeVideos } from './videos';

/** What `halves.pt` is loaded with: it gives clips of values in 0…1 back half as bright. */
export const halvesOptions: LoadModelOptions = { task: 'reconstruct', input: fixtureInput, ...onCpu };

/** The same as a file of Kinetorch's. */
export const halvesArchive = () => wrapModel(fixture('halves.pt'), { task: 'reconstruct', input: fixtureInput });

/** Mean squared error of a grey that comes back half as bright. */
export const errorOf = (grey: number) => (grey / 255 / 2) ** 2;

/** Writes a video of 10 plain full-range greys a second. */
export function makeGreys(path: string, greys: readonly number[]): void {
  const frames = greys.map((y, i) => ({ pts: i * 100, y, u: 128, v: 128 }));
  makeVideos([{ path, format: 'matroska', codec: 'ffv1', width: 48, height: 32, colorRange: 2, frames }]);
}
