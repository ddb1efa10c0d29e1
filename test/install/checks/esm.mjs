// ES module: every name that require gives is there, and a clip is classified.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import * as kinetorch from 'kinetorch';
import { classifyPan } from './pan.cjs';

const imported = { ...kinetorch };
const required = createRequire(import.meta.url)('kinetorch');
const missing = Object.keys(required).filter((name) => imported[name] !== required[name]);
if (missing.length > 0) throw new Error(`import lacks, or has another, ${missing.join(', ')}`);
await classifyPan(kinetorch, fileURLToPath(import.meta.resolve('kinetorch/models/camera-motion.pt')));
