import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { smallArchive } from '../../support/models';
import { root } from '../../support/runCli';
import { temporaryFolder } from '../../support/temporaryFolder';
import { post, sampleVideo } from '../../support/videoServer';

const mebibyte = 2 ** 20;
const folder = temporaryFolder();
let server: ChildProcess;
let classify: string;

beforeAll(async () => {
  const path = join(folder, 'small.pt');
  await (await smallArchive()).save(path);
  const args = ['serve', path, '--port', '0', '--threads', '1', '--log-level', 'silent'];
  server = spawn(process.execPath, [join(root, 'dist', 'cli', 'main.js'), ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  classify = await new Promise((resolve, reject) => {
    let text = '';
    server.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      const address = /http:\S+(?=\n)/.exec(text)?.[0];
      if (address !== undefined) resolve(`${address}/v1/videos:classify?clips=1`);
    });
    server.once('exit', (code) => reject(new Error(`it ended with ${code}: ${text}`)));
  });
});

afterAll(() => {
  server.kill('SIGKILL');
});

const bytesOf = (name: 'VmRSS' | 'VmHWM') =>
  1024 * Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))?.[1]);

/** A video, and a box of so many bytes that players skip. */
async function* padded(bytes: number): AsyncGenerator<Buffer> {
  yield readFileSync(sampleVideo);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(bytes);
  head.write('free', 4, 'latin1');
  yield head;
  for (let left = bytes - 8; left > 0; left -= mebibyte) yield Buffer.alloc(Math.min(left, mebibyte));
}

async function upload(bytes: number): Promise<void> {
  for (;;) {
    const response = await post(classify, Readable.from(padded(bytes)));
    if (response.status === 200) return;
    // Until the model is loaded.
    expect(response.status).toBe(503);
    await delay(200);
  }
}

const onLinux = process.platform === 'linux' ? test : test.skip;

onLinux('a video of 50 MB takes no more than 32 MB beside its file', async () => {
  await upload(mebibyte);
  await upload(mebibyte);
  const idle = bytesOf('VmRSS');
  // The peak counts from now.
  writeFileSync(`/proc/${server.pid}/clear_refs`, '5');
  await upload(50 * mebibyte);
  expect(bytesOf('VmHWM') - idle).toBeLessThan(32 * mebibyte);
});
