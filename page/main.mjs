import { byId } from './dom.mjs';
import { copy, csvOf, download, tabsOf } from './exports.mjs';
import { goLive } from './live.mjs';
import { Options } from './options.mjs';
import { Run, status } from './run.mjs';
import { keepKey, listModels, ServerError } from './server.mjs';
import { Workbench } from './workbench.mjs';

const bench = new Workbench(showError);
const options = new Options(() => void classify());
/** @type {import('./live.mjs').Live | null} */
let live = null;
let name = 'video';

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
    await run.whole(bench.file, () => {
      status.working(run, bench.duration);
      bench.refresh();
    });
    if (run.isStopped) return;
    const seconds = run.summary?.video.durationSeconds;
    if (seconds && !bench.player.canPlay) bench.setDuration(seconds);
    bench.refresh();
    status.done(run, (performance.now() - begun) / 1000);
  } catch (error) {
    if (run.isStopped) return;
    status.show('');
    options.offerAgain();
    showError(error);
  } finally {
    if (bench.run === run) byId('stop').hidden = true;
  }
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

function hideError() {
  byId('error').hidden = true;
}

/** @param {unknown} error */
function showError(error) {
  const { code, status: answered, message } = /** @type {ServerError} */ (error);
  if (answered === 401) {
    askForKey();
    return;
  }
  const heading = document.createElement('strong');
  heading.textContent =
    {
      413: 'The video is too large.',
      422: 'The server cannot read this video.',
      429: 'Too many requests.',
      503: 'The server is busy.',
    }[answered] ?? 'That did not work.';
  const detail = document.createElement('span');
  detail.textContent = error instanceof ServerError ? `${message} (${code})` : message;
  byId('error').replaceChildren(heading, detail);
  byId('error').hidden = false;
}

function askForKey() {
  byId('key').hidden = false;
  byId('key').querySelector('input')?.focus();
}

async function begin() {
  try {
    options.setModels(await listModels());
    byId('key').hidden = true;
    hideError();
  } catch (error) {
    showError(error);
  }
}

byId('key').addEventListener('submit', (event) => {
  event.preventDefault();
  keepKey(/** @type {HTMLInputElement} */ (byId('key').querySelector('input')).value);
  void begin().then(classify);
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

const base = () => name.replace(/\.[^.]+$/, '');
byId('csv').addEventListener('click', () => download(`${base()}.csv`, 'text/csv', csvOf(bench.table.rows)));
byId('json').addEventListener('click', () => {
  const { run } = bench;
  if (run === null) return;
  const { video, warnings } = run.summary ?? {};
  const { windows, spans } = run.results;
  const document = {
    file: name,
    options: run.query,
    video,
    warnings,
    segments: spans.map(({ label, start, end, score }) => ({ label, startSeconds: start, endSeconds: end, score })),
    windows,
  };
  download(`${base()}.json`, 'application/json', `${JSON.stringify(document, null, 2)}\n`);
});
byId('copy').addEventListener('click', async () => {
  await copy(tabsOf(bench.table.rows)).catch(showError);
  byId('copy').textContent = 'Copied';
  byId('told').textContent = 'Copied';
  setTimeout(() => {
    byId('copy').textContent = 'Copy';
  }, 1500);
});

void begin();
