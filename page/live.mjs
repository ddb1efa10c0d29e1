import { openCamera, record } from './camera.mjs';
import { byId } from './dom.mjs';
import { clock } from './format.mjs';
import { Run, status } from './run.mjs';

/** @typedef {import('./workbench.mjs').Workbench} Workbench */
/** @typedef {{stop: () => Promise<void>}} Live */

/** A window of the camera lasts a second at least: a recorder needs its time to begin. */
const shortest = 1;

/**
 * Shows the camera and what is seen in it, a piece at a time, until it is stopped; then the recording is there to be looked at.
 * @param {Workbench} bench
 * @param {import('./options.mjs').Options} options
 * @param {{onError: (error: unknown) => void}} actions
 * @returns {Promise<Live>}
 */
export async function goLive(bench, options, { onError }) {
  const stream = await openCamera();
  const model = /** @type {import('./server.mjs').Model} */ (options.model);
  const run = new Run(model, options.query);
  const seconds = Math.max(shortest, options.windowSeconds);
  const { video } = bench.player;
  bench.clear(null);
  bench.begin(run);
  byId('explain').hidden = true;
  video.muted = true;
  video.srcObject = stream;
  void bench.player.play();

  let isBusy = false;
  let skipped = 0;
  const recording = record(stream, seconds, async (piece, start) => {
    // Behind the camera is no place to be: what comes while the server still works is left out.
    if (isBusy) {
      skipped++;
      return;
    }
    isBusy = true;
    try {
      await run.piece(piece, start, seconds, bench.refresh);
    } catch (error) {
      if (!run.isStopped) onError(error);
    }
    isBusy = false;
  });
  const clockwork = setInterval(() => {
    bench.setDuration(recording.elapsed());
    const late = skipped > 0 ? `, ${skipped} left out as the server is slower` : '';
    status.show(`Camera, ${clock(recording.elapsed(), 0)}${late}`);
    const last = run.results.windows.at(-1) ?? null;
    bench.labels.show(last, last && run.results.topOf(last));
  }, 250);

  return {
    async stop() {
      clearInterval(clockwork);
      run.stop();
      const { blob, length } = await recording.stop();
      bench.file = blob;
      bench.player.open(blob, length);
      bench.setDuration(length);
      byId('explain').hidden = !model.canExplain;
      status.show(`Camera, ${clock(length)} recorded`, { isTold: true });
    },
  };
}
