#!/usr/bin/env node
// `npm run pack:all`: what is published, as tarballs in dist-packages/, with a manifest of sizes and hashes. Fails where
// a package is too large, would run something at install, or says something wrong about itself.
//
//   npm run pack:all                                        for this platform alone
//   npm run pack:all -- --platforms linux-x64,darwin-arm64  the main package of a release for these

import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { announce } from '../setup/runStep.mjs';
import { StepError } from '../setup/stepError.mjs';
import { asStep } from './asStep.mjs';
import { stagedMain, stagedPlatform, tarballs } from './folders.mjs';
import { release, unfilled } from './manifests.mjs';
import { packedLimits, platform, platforms } from './platforms.mjs';
import { prebuild } from './prebuildPlatform.mjs';
import { stageMain } from './stageMain.mjs';

await asStep(packAll);

async function packAll() {
  await prebuild();
  stageMain(publishedPlatforms(process.argv.slice(2)));
  announce('packing (LibTorch takes half a minute)');
  rmSync(tarballs, { recursive: true, force: true });
  mkdirSync(tarballs);
  // Not before prebuild() has installed what these import.
  const [{ packFolder }, { checkManifest, checkTypes }] = await Promise.all([
    import('./packFolder.mjs'),
    import('./checkPublished.mjs'),
  ]);
  const packages = [];
  for (const [folder, limit] of [
    [stagedMain, packedLimits.main],
    [stagedPlatform, packedLimits.platform],
  ]) {
    await checkManifest(folder);
    packages.push(packFolder(folder, limit));
  }
  if (unfilled.length > 0) console.error(`⚠ not ready to be published: package.json has no ${unfilled.join(', ')}`);
  const [main] = packages;
  checkTypes(join(tarballs, main.file));
  writeFileSync(join(tarballs, 'manifest.json'), `${JSON.stringify({ version: release, packages }, null, 2)}\n`);
  for (const { name, file, packedBytes, unpackedBytes, limitBytes, sha256 } of packages) {
    const [packed, unpacked, limit] = [packedBytes, unpackedBytes, limitBytes].map((n) => (n / 1e6).toFixed(1));
    console.log(`${name}  ${file}  ${packed} MB packed (of ${limit} allowed), ${unpacked} MB unpacked\n  ${sha256}`);
  }
}

function publishedPlatforms(args) {
  if (args.length === 0) return [platform];
  const names = args[0] === '--platforms' && args.length === 2 ? args[1].split(',') : [];
  const unknown = names.find((name) => platforms[name] === undefined);
  if (names.length === 0 || unknown !== undefined) {
    throw new StepError(
      `✘ expected --platforms and some of ${Object.keys(platforms).join(',')} but received ${args.join(' ')}`,
    );
  }
  return names;
}
