import { byId } from './dom.mjs';
import { listenToExports } from './exports.mjs';
import { goLive } from './live.mjs';
import { hideError, showError } from './messages.mjs';
import { Options } from './options.mjs';
import { Run, status } from './run.mjs';
import { keepKey, listModels } from './server.mjs';
import { Workbench } from './workbench.mjs';

const bench = new Workbench({
  onError: showError,
  onRefresh: () => {
    if (working !== null && working.results.windows.length > 0) status.working(working, bench.duration);
  },
});
const options = new Options(() => void classify());
/** @type {import('./live.mjs').Live | null} */
let live = null;
let name = 'video';
/** What the server is at. @type {Run | null} */
let working = null;

/** Opens a video: it plays at once, and goes to the server meanwhile. @param {File} file */
async function open(file) {
  await leave();
  name = file.name;
  showWork();
  bench.clear(file);
  bench.player.open(file, null);
  byId('viewer').focus({ preventScroll: true });
  void bench.player.play();
  await classify();
}

async function classify() {
  const { model } = options;
  if (model === null) status.show('Waiting for a model …', { share: null });
  if (bench.file === null || model === null || !options.isValid) return;
  bench.run?.stop();
  const run = new Run(model, options.query);
  options.use();
  hideError();
  bench.begin(run);
  byId('stop').hidden = false;
  const begun = performance.now();
  status.show(`Sending ${name} …`, { share: null, isTold: true });
  try {
    working = run;
    await run.whole(bench.file, bench.refresh);
    if (run.isStopped) return;
    ended(run);
    const seconds = run.summary?.video.durationSeconds;
    if (seconds && !bench.player.canPlay) bench.setDuration(seconds);
    bench.refresh();
    status.done(run, (performance.now() - begun) / 1000);
  } catch (error) {
    if (run.isStopped) return;
    ended(run);
    status.show('');
    options.offerAgain();
    // Nothing to see and nothing to play: it was no video.
    await bench.player.known;
    if (run.isStopped) return;
    if (run.results.windows.length === 0 && !bench.player.canPlay) showStart();
    showError(error);
  }
}

/** @param {Run} run */
function ended(run) {
  if (working !== run) return;
  working = null;
  byId('stop').hidden = true;
}

async function useCamera() {
  hideError();
  try {
    await leave();
    live = await goLive(bench, options, { onError: showError });
    name = 'camera';
    showWork();
    byId('stop').hidden = false;
  } catch (error) {
    showError(error);
  }
}

/** Ends what is going on. */
async function leave() {
  const ended = live;
  live = null;
  await ended?.stop();
  bench.run?.stop();
  working = null;
  byId('stop').hidden = true;
}

async function stop() {
  if (live === null) {
    status.show('Stopped', { isTold: true });
    options.offerAgain();
  }
  await leave();
}

function showWork() {
  hideError();
  byId('start').hidden = true;
  byId('work').hidden = false;
}

function showStart() {
  bench.clear(null);
  byId('work').hidden = true;
  byId('start').hidden = false;
}

/** Asks for the models, again and again while they load. */
async function findModels() {
  try {
    const { models, isLoading, known } = await listModels();
    options.setModels(models);
    byId('key').hidden = true;
    byId('loading').hidden = !isLoading;
    if (isLoading) setTimeout(findModels, 1000);
    else if (models.length === 0) showError(new Error(`No model here tells labels: ${known.join(', ')}.`));
    // A video that was chosen before there was a model.
    if (bench.file !== null && bench.run === null) await classify();
  } catch (error) {
    byId('loading').hidden = true;
    showError(error);
  }
}

byId('key').addEventListener('submit', (event) => {
  event.preventDefault();
  keepKey(/** @type {HTMLInputElement} */ (byId('key').querySelector('input')).value);
  void findModels();
});

const input = /** @type {HTMLInputElement} */ (byId('file'));
input.addEventListener('change', () => {
  if (input.files?.[0]) void open(input.files[0]);
  // The same file may be chosen again.
  input.value = '';
});
for (const id of ['choose', 'other']) byId(id).addEventListener('click', () => input.click());
byId('camera').addEventListener('click', () => void useCamera());
byId('stop').addEventListener('click', () => void stop());

addEventListener('dragover', (event) => {
  event.preventDefault();
  document.body.classList.add('dropping');
});
addEventListener('dragleave', ({ relatedTarget }) => {
  if (relatedTarget === null) document.body.classList.remove('dropping');
});
addEventListener('drop', (event) => {
  event.preventDefault();
  document.body.classList.remove('dropping');
  const file = event.dataTransfer?.files[0];
  if (file) void open(file);
});

listenToExports(bench, () => name);
void findModels();
