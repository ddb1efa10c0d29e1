import { installDependencies } from './dependencies.mjs';
import { provideLibTorch } from './libtorch.mjs';
import { buildNative } from './native.mjs';
import { StepError } from './stepError.mjs';
import { buildTypeScript } from './typescript.mjs';

const usage = 'usage: node scripts/setup/main.mjs [--tests]';

/** Runs every step that has something to do. Returns the exit code: 0, 1 where a step failed, 2 for wrong arguments. */
export async function setUp(args) {
  const unknown = args.filter((arg) => arg !== '--tests');
  if (unknown.length > 0) {
    console.error(`unknown argument ${unknown[0]}\n${usage}`);
    return 2;
  }
  const started = Date.now();
  try {
    let worked = await installDependencies();
    worked = (await buildTypeScript()) || worked;
    const libtorch = await provideLibTorch();
    worked = (await buildNative(libtorch, { tests: args.includes('--tests') })) || worked || libtorch.fetched;
    if (worked) console.error(`✔ set-up finished in ${((Date.now() - started) / 1000).toFixed(1)} s\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    console.error(error.message);
    return 1;
  }
}
