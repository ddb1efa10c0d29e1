#!/usr/bin/env node
// `npm run prebuild`: this platform's package, unpacked, in build/packages/. `npm run pack:all` does this and packs it.

import { asStep } from './asStep.mjs';
import { prebuild } from './prebuildPlatform.mjs';

await asStep(prebuild);
