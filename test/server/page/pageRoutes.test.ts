import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fastify from 'fastify';
import { pageRoutes } from '../../../lib/server/page/pageRoutes';
import { root } from '../../support/runCli';

const folder = join(root, 'page');
const app = fastify();
let address: string;
beforeAll(async () => {
  await app.register(pageRoutes);
  address = await app.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(() => app.close());

/** Asks for a path; `headers` of the answer as an object. */
const get = async (path: string, headers: Record<string, string> = {}, method = 'GET') => {
  const answer = await fetch(address + path, { headers, method });
  const bytes = Buffer.from(await answer.arrayBuffer());
  return { status: answer.status, headers: Object.fromEntries(answer.headers), bytes, text: bytes.toString() };
};
const modules = () => readdirSync(folder).filter((name) => name.endsWith('.mjs'));

test('the page and all that it loads are there', async () => {
  const page = await get('/');
  expect(page.status).toBe(200);
  expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
  const texts = [page.text, ...modules().map((name) => readFileSync(join(folder, name), 'utf8'))];
  const ofPage = [...page.text.matchAll(/(?:href|src)="(page\/[^"]+)"/g)].map(([, path]) => `/${path}`);
  const ofModules = texts.flatMap((text) =>
    [...text.matchAll(/from '\.\/([^']+)'/g)].map(([, name]) => `/page/${name}`),
  );
  const paths = [...new Set([...ofPage, ...ofModules])];
  // Each module is loaded by another, and the first by the page.
  expect(paths.filter((path) => path.endsWith('.mjs')).sort()).toEqual(modules().map((name) => `/page/${name}`));
  for (const path of paths) {
    const { status, headers, bytes } = await get(path);
    expect([path, status, headers['x-content-type-options']]).toEqual([path, 200, 'nosniff']);
    expect(bytes.equals(readFileSync(join(root, path)))).toBe(true);
  }
  expect((await get('/page/main.mjs')).headers['content-type']).toMatch(/^text\/javascript/);
});

test('nothing but its own files may run in it, and nobody may frame it', async () => {
  const { headers } = await get('/');
  const policy = String(headers['content-security-policy']);
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self'");
  expect(policy).toContain("style-src 'self'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toMatch(/unsafe|https?:|\*/);
  expect((await get('/')).text).not.toMatch(/ style="| on\w+="|<script(?! type="module" src=)|<style|https?:/);
});

test('what a browser has is not sent again', async () => {
  const { etag } = (await get('/page/main.mjs')).headers;
  for (const known of [`${etag}`, `W/${etag}`, `"other", ${etag}`]) {
    const again = await get('/page/main.mjs', { 'if-none-match': known });
    expect([again.status, again.text, again.headers.etag]).toEqual([304, '', etag]);
  }
  expect((await get('/page/main.mjs', { 'if-none-match': '"other"' })).status).toBe(200);
  expect(await get('/', {}, 'HEAD')).toMatchObject({ status: 200, text: '' });
});

test.each(['/page/', '/page/..%2fpackage.json', '/page/index.html', '/page/none.mjs'])('has no %s', async (url) => {
  expect((await get(url)).status).toBe(404);
});
