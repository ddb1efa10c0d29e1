import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inProject } from '../setup/project.mjs';
import { platforms } from './platforms.mjs';

// The package node-av runs scripts when it is installed, one of which fetches a program from a code host. Its packages of
// FFmpeg for each platform run none. So `kinetorch` depends on those, and carries the files of node-av that load them.

const source = inProject('node_modules', 'node-av');

/** The low-level classes, their constants, and what both import. */
const rooms = ['lib', 'constants', 'utils'];

/** What package.json's `#node-av/*` becomes in the published package. */
export const carriedImports = { '#node-av/*': './vendor/node-av/*/index.js' };

/** FFmpeg's packages for platforms: exactly the version that the carried files are of. */
export function ffmpegPackages(published) {
  const { version } = nodeAv();
  return Object.fromEntries(published.map((platform) => [platforms[platform].ffmpeg, version]));
}

/** Lays node-av's files, with its licence, into `vendor/node-av` of a package. */
export function carryNodeAv(folder) {
  const target = join(folder, 'vendor', 'node-av');
  for (const room of rooms) {
    mkdirSync(join(target, room), { recursive: true });
    const modules = readdirSync(join(source, 'dist', room)).filter((file) => file.endsWith('.js'));
    for (const file of modules) cpSync(join(source, 'dist', room, file), join(target, room, file));
  }
  cpSync(join(source, 'LICENSE.md'), join(target, 'LICENSE.md'));
  const { name, version, license, repository } = nodeAv();
  const manifest = { name, version, license, repository, private: true, type: 'module' };
  writeFileSync(join(target, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}

const nodeAv = () => JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'));
