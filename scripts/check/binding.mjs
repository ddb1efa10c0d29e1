// Compares the names that binding.d.ts declares with those that the built addon registers: functions, classes, and
// their static methods, methods and accessors. Prints every difference and exits with 1 where there is one.

import { createRequire } from 'node:module';
import { inProject } from '../setup/project.mjs';

const require = createRequire(import.meta.url);
const ts = require('typescript');

// Properties that every function has, and that V8 gives native classes.
const ownOfEveryClass = ['length', 'name', 'prototype', 'arguments', 'caller'];

const differences = [];
const declared = declaredNames(inProject('binding.d.ts'));
const registered = registeredNames(require(inProject('dist', 'native.js')).native());
for (const name of declared)
  if (!registered.has(name)) differences.push(`binding.d.ts declares ${name}, the addon lacks it`);
for (const name of registered)
  if (!declared.has(name)) differences.push(`the addon registers ${name}, binding.d.ts lacks it`);

for (const difference of differences) console.error(`✘ ${difference}`);
console.log(
  `binding: ${declared.size} names declared, ${registered.size} registered, ${differences.length} differences`,
);
process.exitCode = differences.length > 0 ? 1 : 0;

/** Names such as `function createModel`, `class NativeModel`, `static NativeModel.load`, `get NativeModel.device`. */
function declaredNames(path) {
  const program = ts.createProgram([path], { noLib: true, noEmit: true });
  const statements = program.getSourceFile(path).statements;
  const classes = new Map(statements.filter(ts.isClassDeclaration).map((node) => [node.name.text, node]));
  const binding = statements.find((node) => ts.isInterfaceDeclaration(node) && node.name.text === 'NativeBinding');
  const names = new Set();
  for (const member of binding.members) {
    const name = member.name.text;
    if (ts.isMethodSignature(member)) {
      names.add(`function ${name}`);
    } else {
      names.add(`class ${name}`);
      for (const classMember of classes.get(name).members)
        names.add(`${kindOf(classMember)} ${name}.${classMember.name.text}`);
    }
  }
  return names;
}

function kindOf(member) {
  if (member.modifiers?.some((modifier) => modifier.kind === ts.SyntaxKind.StaticKeyword)) return 'static';
  return ts.isMethodDeclaration(member) ? 'method' : 'get';
}

function registeredNames(binding) {
  const names = new Set();
  for (const name of Object.getOwnPropertyNames(binding)) {
    const value = binding[name];
    const isClass = typeof value === 'function' && Object.getOwnPropertyNames(value.prototype ?? {}).length > 1;
    names.add(`${isClass ? 'class' : 'function'} ${name}`);
    if (!isClass) continue;
    for (const member of Object.getOwnPropertyNames(value)) {
      if (!ownOfEveryClass.includes(member)) names.add(`static ${name}.${member}`);
    }
    for (const [member, { get }] of Object.entries(Object.getOwnPropertyDescriptors(value.prototype))) {
      if (member !== 'constructor') names.add(`${get ? 'get' : 'method'} ${name}.${member}`);
    }
  }
  return names;
}
