// The server's entry: `missing` where Fastify is not installed, else it serves the shipped model.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'kinetorch/server';

if (process.argv[2] === 'missing') {
  await assert.rejects(createServer(), {
    code: 'ERR_UNSUPPORTED',
    message: /npm install fastify @fastify\/multipart @fastify\/rate-limit/,
  });
} else {
  const server = await createServer({ port: 0, graceMs: 0, logLevel: 'silent' });
  const loaded = new Promise((resolve) => server.listen(resolve));
  assert.equal((await loaded).error, null);
  const page = await fetch(`${server.address}/`);
  assert.equal(page.status, 200);
  assert.match(await page.text(), /Kinetorch/);
  const body = readFileSync('node_modules/kinetorch/examples/media/camera-moves.mp4');
  const answer = await fetch(`${server.address}/v1/videos:classify?topK=1`, { method: 'POST', body });
  const { segments } = await answer.json();
  assert.ok(segments.length > 0 && segments[0].predictions[0].label);
  await server.close();
}
