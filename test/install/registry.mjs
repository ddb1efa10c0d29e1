import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/**
 * A registry on this machine: it has some tarballs as if they were published, and hands through all else of `upstream`,
 * tarballs too, so that who installs from it needs to reach nothing else. Returns `{ url, close }`.
 *
 * @param tarballs paths
 */
export async function startRegistry(tarballs, upstream) {
  const own = new Map(tarballs.map((path) => [manifestOf(path).name, path]));
  /** Where a tarball really is, by the path that it has here. */
  const origins = new Map();
  const server = createServer((request, response) => {
    answer(decodeURIComponent(request.url.slice(1)), request.headers.accept, response).catch((error) => {
      response.writeHead(502).end(error.message);
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${server.address().port}/`;

  async function answer(path, accept, response) {
    const tarball = origins.get(path);
    if (tarball?.startsWith('/')) return pipeline(createReadStream(tarball), response);
    if (tarball !== undefined) return handThrough(await fetch(tarball), response);
    if (own.has(path)) return response.end(JSON.stringify(here(published(own.get(path)))));
    const found = await fetch(new URL(path.replace('/', '%2f'), upstream), { headers: { accept } });
    if (!found.ok) return handThrough(found, response);
    response.setHeader('content-type', found.headers.get('content-type'));
    response.end(JSON.stringify(here(await found.json())));
  }

  /** The same document with every tarball at this registry. */
  function here(document) {
    for (const { dist } of Object.values(document.versions)) {
      const path = `${document.name}/-/${basename(dist.tarball)}`;
      origins.set(path, dist.tarball);
      dist.tarball = url + path;
    }
    return document;
  }

  return { url, close: () => new Promise((resolve) => server.close(resolve).closeAllConnections()) };
}

function handThrough(found, response) {
  response.writeHead(found.status, { 'content-type': found.headers.get('content-type') ?? 'text/plain' });
  return pipeline(Readable.fromWeb(found.body), response);
}

/** What a registry says of a package with one version. */
function published(tarball) {
  const manifest = manifestOf(tarball);
  const integrity = `sha512-${createHash('sha512').update(readFileSync(tarball)).digest('base64')}`;
  const version = { ...manifest, dist: { tarball, integrity } };
  return { name: manifest.name, 'dist-tags': { latest: manifest.version }, versions: { [manifest.version]: version } };
}

const manifestOf = (tarball) =>
  JSON.parse(execFileSync('tar', ['-xzOf', tarball, 'package/package.json'], { encoding: 'utf8' }));
