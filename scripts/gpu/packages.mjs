// Prints the folders of the named npm packages and of everything they need, as package-lock.json has it and this machine
// has installed it.
//
//   node scripts/gpu/packages.mjs NAME…
import { existsSync, readFileSync } from 'node:fs';

const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
const found = new Set();

/** Node's own search: beside the folder, then beside each folder above it. */
function resolve(from, name) {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('node_modules') - 1))) {
    const candidate = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`;
    if (packages[candidate] !== undefined) return candidate;
    if (folder === '') return undefined;
  }
}

function visit(folder) {
  if (folder === undefined || found.has(folder) || !existsSync(folder)) return;
  found.add(folder);
  const { dependencies, optionalDependencies, peerDependencies } = packages[folder];
  const names = Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies });
  for (const name of names) visit(resolve(folder, name));
}

const wanted = process.argv.slice(2);
for (const name of wanted) visit(resolve('', name));
const lacking = wanted.filter((name) => !found.has(`node_modules/${name}`));
if (lacking.length > 0) throw new Error(`not installed: ${lacking.join(', ')}; run npm ci`);
console.log([...found].sort().join('\n'));
