#!/usr/bin/env node
// What prebuildify runs in place of node-gyp. The addon is built by CMake (scripts/setup/native.mjs, which has just
// run); all that is left to do is to lay one of its addons where prebuildify, whose folder this one is, looks for it.

import { cpSync, mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { inProject } from '../setup/project.mjs';

const addon = `${basename(process.cwd())}.node`;
mkdirSync(join('build', 'Release'), { recursive: true });
cpSync(inProject('build', 'Release', addon), join('build', 'Release', addon));
