/**
 * Videos as an enemy makes them: damaged ones, ones that name other files, and ones that ask for more memory, time or depth
 * than there is. KINETORCH_FUZZ=long damages 500, and has those that take a decoder a minute.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { smallArchive } from '../../support/models';
import { ServingProcess } from '../../support/servingProcess';
import { temporaryFolder } from '../../support/temporaryFolder';
import { costlyVideos, exhaustingVideos } from './exhaustingVideos';
import { judgeVideoAnswer } from './judgeVideoAnswer';
import { avi, manySamples } from './madeVideos';
import { mutateBytes } from './mutateBytes';
import { Random } from './random';
import { readMetrics } from './readMetrics';
import { referringVideos } from './referringVideos';
import { secret, type VideoSamples, videoSamples } from './videoSamples';

const isLong = process.env.KINETORCH_FUZZ === 'long';
const count = isLong ? 500 : 40;
/** Longer than any bound that a decoder has. */
const patienceMs = 150_000;
const folder = temporaryFolder();
let samples: VideoSamples;
let server: ServingProcess;

beforeAll(async () => {
  samples = videoSamples(folder);
  const model = join(folder, 'small.pt');
  await (await smallArchive()).save(model);
  server = new ServingProcess([model, '--grace-ms', '0', '--log-level', 'error']);
  await server.ready();
});
afterAll(() => server?.kill('SIGKILL'));

const died = 'the decoder process of';
let deaths = 0;

/** What is wrong with the answer to a video. */
async function send(name: string, video: Buffer, query = ''): Promise<string[]> {
  const signal = AbortSignal.timeout(patienceMs);
  try {
    const answer = await fetch(`${server.url}/v1/videos:classify${query}`, { method: 'POST', body: video, signal });
    const text = await answer.text();
    if (text.includes(died)) deaths++;
    return judgeVideoAnswer(answer.status, text, secret).map((fault) => `${name}: ${fault}`);
  } catch (error) {
    return [`${name}: no answer: ${error}`];
  }
}

const metrics = () => readMetrics(server.url, patienceMs);

async function expectUnharmed(): Promise<void> {
  const [sound] = samples.sound;
  expect(await send('a sound one', sound)).toEqual([]);
  const { kinetorch_videos_in_work, kinetorch_requests_in_work, kinetorch_decoder_deaths_total } = await metrics();
  expect({ kinetorch_videos_in_work, kinetorch_requests_in_work }).toEqual({
    kinetorch_videos_in_work: 0,
    kinetorch_requests_in_work: 1,
  });
  expect(kinetorch_decoder_deaths_total).toBeLessThanOrEqual(deaths);
  expect(server.isAlive).toBe(true);
  expect(server.stderr).not.toMatch(/Error/);
}

test('that are damaged give documents or typed errors', async () => {
  const random = new Random(1);
  const faults: string[] = [];
  let sent = 0;
  const sender = async () => {
    while (sent < count) {
      const i = sent++;
      const sample = random.below(samples.sound.length);
      const video = mutateBytes(samples.sound[sample] as Buffer, random);
      faults.push(
        ...(await send(`${i}, of sample ${sample}`, video, random.pick(['', '?clips=2', '?topK=1&crops=3']))),
      );
    }
  };
  await Promise.all([sender(), sender(), sender()]);
  expect(faults).toEqual([]);
  await expectUnharmed();
}, 3_600_000);

test('that name other files are refused, and show nothing of them', async () => {
  const [mp4, matroska] = samples.sound;
  const all = Object.entries(referringVideos(mp4, matroska, samples.canaries));
  const faults: string[] = [];
  for (const [name, video] of all) faults.push(...(await send(name, video)));
  expect(faults).toEqual([]);
  await expectUnharmed();
});

test('that say that they last for centuries are refused', async () => {
  const body = avi(32, 32, 1_000_000_000, 1);
  const answer = await fetch(`${server.url}/v1/videos:classify`, { method: 'POST', body });
  expect(answer.status).toBe(422);
  expect(await answer.text()).toMatch(/to last for at most 10000000 s but it lasts for 6000000000/);
});

/** Those that are about to decode: locked in. */
function lockedDecoders(): string[] {
  const children = readFileSync(`/proc/${server.pid}/task/${server.pid}/children`, 'utf8').split(' ').filter(Boolean);
  return children.filter((child) => {
    try {
      return /^Seccomp:\s*2/m.test(readFileSync(`/proc/${child}/status`, 'utf8'));
    } catch {
      // It has ended meanwhile.
      return false;
    }
  });
}

(process.platform === 'linux' ? test : test.skip)('that end their decoder cost one call, and are counted', async () => {
  const [mp4] = samples.sound;
  const before = (await metrics()).kinetorch_decoder_deaths_total as number;
  const answer = fetch(`${server.url}/v1/videos:classify`, { method: 'POST', body: manySamples(mp4, 1_000_000) });
  // One that had served another video before is given up for a new one, once.
  const seen = new Set<string>();
  const killer = setInterval(() => {
    for (const decoder of lockedDecoders()) {
      if (seen.has(decoder)) process.kill(Number(decoder), 'SIGSEGV');
      seen.add(decoder);
    }
  }, 200);
  const { status, json } = await answer.then(async (got) => ({ status: got.status, json: await got.json() }));
  clearInterval(killer);
  expect({ status, json }).toEqual({
    status: 422,
    json: { error: { code: 'ERR_VIDEO_DECODE', message: expect.stringMatching(/ended by SIGSEGV/) } },
  });
  const after = (await metrics()).kinetorch_decoder_deaths_total as number;
  expect(after).toBeGreaterThan(before);
  deaths += after - before;
  await expectUnharmed();
});

test('that ask for more than there is cost one call', async () => {
  const [mp4, matroska] = samples.sound;
  const faults: string[] = [];
  const all = { ...exhaustingVideos(mp4, matroska), ...(isLong && costlyVideos(mp4)) };
  for (const [name, video] of Object.entries(all)) faults.push(...(await send(name, video)));
  expect(faults).toEqual([]);
  await expectUnharmed();
}, 600_000);
