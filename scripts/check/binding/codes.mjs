import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { blank } from './sources.mjs';

const ts = createRequire(import.meta.url)('typescript');
const table = 'lib/base/errors.ts';

/** Compares the codes that native/ and lib/ throw with the table: unknown ones, and those that nobody throws. */
export function codeDifferences(tree) {
  const known = new Set();
  const thrown = new Map();
  for (const file of filesOf(tree, 'native', /\.(h|cpp|cu|cuh)$/)) {
    for (const code of nativeCodes(readFileSync(join(tree, file), 'utf8'))) thrown.set(code, file);
  }
  for (const file of filesOf(tree, 'lib', /\.ts$/)) {
    for (const { code, isEntry } of libCodes(join(tree, file))) {
      if (isEntry && file === table) known.add(code);
      else thrown.set(code, file);
    }
  }
  return [
    ...[...thrown].flatMap(([code, file]) => (known.has(code) ? [] : `${file} throws ${code}, ${table} lacks it`)),
    ...[...known].flatMap((code) => (thrown.has(code) ? [] : `${table} has ${code}, which nobody throws`)),
  ];
}

function filesOf(tree, folder, pattern) {
  return readdirSync(join(tree, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && pattern.test(entry.name))
    .map((entry) => relative(tree, join(entry.parentPath ?? entry.path, entry.name)).replaceAll('\\', '/'))
    .sort();
}

/** Literals that are not merely compared with. */
function nativeCodes(source) {
  const matches = blank(source, { strings: false }).matchAll(/(?<![=!]=\s*)"(ERR_[A-Z_]+)"(?!\s*[=!]=)/g);
  return [...matches].map(([, code]) => code);
}

function libCodes(path) {
  const codes = [];
  const visit = (node) => {
    if (ts.isPropertyAssignment(node) && ts.isIdentifier(node.name) && /^ERR_[A-Z_]+$/.test(node.name.text)) {
      codes.push({ code: node.name.text, isEntry: true });
    }
    if (ts.isStringLiteralLike(node) && /^ERR_[A-Z_]+$/.test(node.text) && !isCompared(node)) {
      codes.push({ code: node.text, isEntry: false });
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true));
  return codes;
}

function isCompared({ parent }) {
  const equalities = [ts.SyntaxKind.EqualsEqualsEqualsToken, ts.SyntaxKind.ExclamationEqualsEqualsToken];
  return ts.isBinaryExpression(parent) && equalities.includes(parent.operatorToken.kind);
}
