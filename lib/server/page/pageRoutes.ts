import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { packageRoot } from '../../base/version';
import { openRoute } from '../http/openRoute';

const folder = join(packageRoot, 'page');

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml; charset=utf-8',
};

// Nothing but the page's own files runs, whatever a label or a message of an error says; nothing is asked of elsewhere.
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  'media-src blob:',
  "connect-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

const headers = {
  'content-security-policy': policy,
  'permissions-policy': 'camera=(self), microphone=(), geolocation=()',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  // Asked for anew each time and answered 304: a page never runs with modules of another release.
  'cache-control': 'no-cache',
};

/**
 * The page at `/` and what it loads from `/page/`. A few small files, read once; they say nothing of the server and are there
 * without a key, as the page is where a key is typed.
 */
export async function pageRoutes(app: FastifyInstance): Promise<void> {
  const names = (await readdir(folder)).filter((name) => types[extname(name)] !== undefined);
  for (const name of names) {
    const content = await readFile(join(folder, name));
    const etag = `"${createHash('sha256').update(content).digest('base64url')}"`;
    app.get(name === 'index.html' ? '/' : `/page/${name}`, openRoute, (request, reply) => {
      reply.headers({ ...headers, etag, 'content-type': types[extname(name)] });
      if (isKnown(request.headers['if-none-match'], etag)) return reply.code(304).send();
      return reply.send(content);
    });
  }
}

/** What a cache says it has: one tag or several, which a proxy that packs answers may have made weak. */
const isKnown = (known: string | undefined, etag: string) =>
  known?.split(',').some((one) => one.trim().replace(/^W\//, '') === etag) ?? false;
