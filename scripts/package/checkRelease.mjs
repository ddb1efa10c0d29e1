#!/usr/bin/env node
// What has to hold before anything is published; .github/workflows/release.yml asks, before it builds and before it publishes.
//
//   node scripts/package/checkRelease.mjs [TARBALL of a platform's package …]

import { readFileSync } from 'node:fs';
import { inProject } from '../setup/project.mjs';
import { StepError } from '../setup/stepError.mjs';
import { asStep } from './asStep.mjs';
import { releaseProblems } from './releaseProblems.mjs';

await asStep(() => {
  const { GITHUB_REPOSITORY: repository, GITHUB_REF_TYPE, GITHUB_REF_NAME } = process.env;
  const manifest = JSON.parse(readFileSync(inProject('package.json'), 'utf8'));
  const tag = GITHUB_REF_TYPE === 'tag' ? GITHUB_REF_NAME : undefined;
  const problems = releaseProblems(manifest, { repository, tag, tarballs: process.argv.slice(2) });
  if (problems.length > 0) throw new StepError(problems.map((problem) => `✘ ${problem}`).join('\n'));
});
