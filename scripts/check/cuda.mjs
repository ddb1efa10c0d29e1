#!/usr/bin/env node

// `npm run check:cuda`: builds kinetorch_cuda, its tests on a GPU and its benchmark. Without nvcc it says so and passes.

import { buildCudaLibrary } from '../package/buildCudaLibrary.mjs';
import { StepError } from '../setup/stepError.mjs';

try {
  const library = await buildCudaLibrary({ withPrograms: true });
  if (library === null) console.log('SKIPPED: check:cuda (no nvcc)');
  else console.log(`check:cuda: ${library} is whole; nothing was run on a GPU`);
} catch (error) {
  if (!(error instanceof StepError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
