#!/usr/bin/env node
// Brings a checkout from any state to one that runs: npm packages, TypeScript build, LibTorch, native build. Does only
// what is still to be done, and says nothing where that is nothing. Needs nothing but Node.
//
//   node scripts/setup/main.mjs           what `npm run build` and `npm run demo` need
//   node scripts/setup/main.mjs --tests   also the native unit tests (GoogleTest)

const needed = [20, 9];

// Before anything else is imported: an old Node could not even parse it.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < needed[0] || (major === needed[0] && minor < needed[1])) {
  console.error(`Node.js is too old: found ${process.versions.node}, needed ${needed.join('.')} or newer.`);
  console.error('Install it from https://nodejs.org, or with a version manager: nvm install 22 (or: fnm install 22)');
  process.exitCode = 1;
} else {
  const { setUp } = await import('./setUp.mjs');
  process.exitCode = await setUp(process.argv.slice(2));
}
