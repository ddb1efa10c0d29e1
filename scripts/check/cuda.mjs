#!/usr/bin/env node

// `npm run check:cuda`: builds kinetorch_cuda, its tests on a GPU and its benchmark. Without nvcc it says so and passes.

import { asStep } from '../package/asStep.mjs';
import { buildCudaLibrary } from '../package/buildCudaLibrary.mjs';

await asStep(async () => {
  const library = await buildCudaLibrary({ withPrograms: true });
  if (library === null) console.log('SKIPPED: check:cuda (no nvcc)');
  else console.log(`check:cuda: ${library} is whole; nothing was run on a GPU`);
});
