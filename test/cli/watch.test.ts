import { join } from 'node:path';
import { LiveServer, transportStream } from '../support/liveServers';
import { smallArchive } from '../support/models';
import { jsonLines, kinetorch } from '../support/runCli';
import { temporaryFolder } from '../support/temporaryFolder';

const folder = temporaryFolder();
const model = join(folder, 'small.pt');
let live: LiveServer;

beforeAll(async () => {
  await (await smallArchive()).save(model);
  live = await LiveServer.http(transportStream(join(folder, 'live.ts'), 60), 60);
});

afterAll(() => live.close());

const url = () => `http://me:secret@127.0.0.1:${live.port}/live.ts`;

test('with --json a line for each window and for what becomes of the stream', async () => {
  const args = ['watch', url(), '--model', model, '--threads', '1', '--json', '--top-k', '1'];
  const { code, stdout, stderr } = await kinetorch(args, { interruptAfter: '{"segment"' });
  expect(code).toBe(130);
  const lines = jsonLines(stdout.slice(0, stdout.lastIndexOf('\n') + 1));
  expect(lines.slice(0, 2)).toEqual([{ notice: { state: 'opening' } }, { notice: { state: 'watching' } }]);
  expect(lines[2]).toMatchObject({
    segment: { startedAt: expect.any(String), predictions: [{ score: expect.any(Number) }] },
  });
  expect(stdout + stderr).not.toContain('secret');
});

test('for a person the time of day, and what becomes of the stream beside it', async () => {
  const args = ['watch', url(), '--model', model, '--threads', '1', '--window', '0.5'];
  const { stdout, stderr } = await kinetorch(args, { interruptAfter: '%' });
  expect(stdout).toMatch(/^ {2}\d\d:\d\d:\d\d {2}\w+ +\d+%/);
  expect(stderr).toContain(`http://127.0.0.1:${live.port}: watching`);
});

test('what is no stream is refused before a model is loaded', async () => {
  const { code, stderr } = await kinetorch(['watch', '/etc/passwd']);
  expect(code).toBe(1);
  expect(stderr).toMatch(/an rtsp, http or https URL, or a camera such as \/dev\/video0.*ERR_INVALID_ARGUMENT/);
});
