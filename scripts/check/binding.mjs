// Compares what binding.d.ts declares with what the built addon registers and what native/binding's C++ reads, and the
// error codes that are thrown with the table of lib/base/errors.ts. Prints every difference and exits with 1 where there
// is one.

import { createRequire } from 'node:module';
import { inProject, root } from '../setup/project.mjs';
import { codeDifferences } from './binding/codes.mjs';
import { declaredBinding } from './binding/declared.mjs';
import { memberDifferences } from './binding/members.mjs';
import { registeredKinds } from './binding/registered.mjs';
import { signatureDifferences } from './binding/signatures.mjs';
import { readSources } from './binding/sources.mjs';

// Another tree's sources may be named, for the tests of this script; the addon is this one's.
const tree = process.argv[2] ?? root;
const declared = declaredBinding(tree);
const registered = registeredKinds(createRequire(import.meta.url)(inProject('dist', 'native.js')).native());
const sources = readSources(tree, 'binding');

const differences = [
  ...registrationDifferences(),
  ...signatureDifferences(declared.signatures, sources),
  ...memberDifferences(declared.members, sources, readSources(tree, 'training')),
  ...codeDifferences(tree),
];
for (const difference of differences) console.error(`✘ ${difference}`);
console.log(
  `binding: ${registered.size} names, ${declared.members.size} members of plain objects, ${differences.length} differences`,
);
process.exitCode = differences.length > 0 ? 1 : 0;

/** Names and kinds: function, class, method, static, get. */
function registrationDifferences() {
  const names = new Set([...declared.kinds.keys(), ...registered.keys()]);
  return [...names].flatMap((name) => {
    const [here, there] = [declared.kinds.get(name), registered.get(name)];
    if (here === there) return [];
    if (there === undefined) return `binding.d.ts declares the ${here} ${name}, the addon lacks it`;
    if (here === undefined) return `the addon registers the ${there} ${name}, binding.d.ts lacks it`;
    return `${name}: ${here} in binding.d.ts, ${there} in the addon`;
  });
}
