import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** What TypeScript opens of a package: the declarations that one of `entries` leads to, as absolute paths. */
export function reachedDeclarations(entries) {
  const reached = new Set();
  const visit = (file) => {
    if (reached.has(file)) return;
    reached.add(file);
    for (const [, name] of readFileSync(file, 'utf8').matchAll(/(?:from |import\()['"](\.[^'"]*)['"]/g)) {
      visit(declarationOf(resolve(dirname(file), name)));
    }
  };
  for (const entry of entries) visit(resolve(entry));
  return reached;
}

/** Every declaration below a folder, as absolute paths. */
export function declarationsBelow(folder) {
  const names = readdirSync(folder, { recursive: true }).filter((name) => /\.d\.m?ts$/.test(name));
  return names.map((name) => resolve(join(folder, name)));
}

function declarationOf(path) {
  const candidates = [path.replace(/\.(m?)js$/, '.d.$1ts'), `${path}.d.ts`, join(path, 'index.d.ts')];
  const found = candidates.find((candidate) => candidate.endsWith('ts') && existsSync(candidate));
  if (found === undefined) throw new Error(`expected a declaration for ${path} but found none`);
  return found;
}
