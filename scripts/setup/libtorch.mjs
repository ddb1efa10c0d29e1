import { createRequire } from 'node:module';
import { inProject } from './project.mjs';
import { announce } from './runStep.mjs';
import { StepError } from './stepError.mjs';
import { buildToolProblems, pipProblem, provideTools } from './tools.mjs';

const require = createRequire(import.meta.url);

/**
 * Finds LibTorch, or fetches it into the cache folder that all checkouts share.
 * Returns { path, version, source, fetched }; the path has lib/ and include/.
 */
export async function provideLibTorch() {
  const { locateLibTorch } = require(inProject('dist', 'libtorch', 'find', 'locate.js'));
  const { found, tried } = locateLibTorch({ forBuild: true });
  if (found) return { ...found, fetched: false };
  if (process.env.LIBTORCH)
    throw new StepError(`✘ LIBTORCH=${process.env.LIBTORCH} cannot be used: ${tried[0].reason}`);

  const { pinnedVersion } = require(inProject('dist', 'base', 'version.js'));
  const { findPip } = require(inProject('dist', 'base', 'pip.js'));
  // What comes after it too: who has to type something should know before the wait.
  await provideTools(() => [...(findPip() === null ? [pipProblem()] : []), ...buildToolProblems()]);
  announce(`fetching LibTorch ${pinnedVersion()} (about 200 MB, once for all checkouts)`);
  await install();
  return { ...locateLibTorch({ forBuild: true }).found, fetched: true };
}

/**
 * Checks every header of a LibTorch in the cache folder and fetches it again where one is damaged. Takes a tenth of a
 * second, so it is done only before a build.
 */
export async function repairLibTorch(libtorch) {
  if (libtorch.source === 'cache') await install();
}

async function install() {
  const { installLibTorch } = require(inProject('dist', 'libtorch', 'install', 'install.js'));
  try {
    await installLibTorch();
  } catch (error) {
    if (error.name !== 'KinetorchError') throw error;
    throw new StepError(`✘ ${error.message}`);
  }
}
