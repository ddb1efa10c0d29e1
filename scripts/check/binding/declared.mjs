import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const ts = createRequire(import.meta.url)('typescript');

/**
 * What a tree's binding.d.ts declares:
 * - `kinds`: name, such as `createModel` or `NativeModel.load`, to `function`, `class`, `method`, `static`, `get`;
 * - `signatures`: name of a function or method to the kinds of its parameters and `void`, `promise` or `value`;
 * - `members`: name of a property of its interfaces to the kinds that it has there.
 */
export function declaredBinding(tree) {
  const path = join(tree, 'binding.d.ts');
  const { statements } = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest);
  const named = new Map(statements.filter(({ name }) => name !== undefined).map((node) => [node.name.text, node]));
  const declared = { kinds: new Map(), signatures: new Map(), members: new Map() };
  for (const member of named.get('NativeBinding').members) {
    const name = member.name.text;
    if (ts.isMethodSignature(member)) {
      add(name, 'function', member);
      continue;
    }
    declared.kinds.set(name, 'class');
    for (const inner of named.get(name).members) add(`${name}.${inner.name.text}`, kindOfMember(inner), inner);
  }
  for (const [name, node] of named) {
    if (name !== 'NativeBinding') collectMembers(node);
  }
  return declared;

  function add(name, kind, node) {
    declared.kinds.set(name, kind);
    if (kind === 'get' || kind === 'accessor') return;
    declared.signatures.set(name, {
      parameters: node.parameters.map(({ type }) => kindOfType(type)),
      returns: returnOf(node.type),
    });
    for (const { type } of node.parameters) collectMembers(type);
  }

  /** Properties of an interface, and of object types written where they are used. */
  function collectMembers(node) {
    if (!ts.isInterfaceDeclaration(node) && !ts.isTypeLiteralNode(node)) return;
    for (const { name, type } of node.members) {
      const kinds = declared.members.get(name.text) ?? new Set();
      declared.members.set(name.text, kinds.add(kindOfType(type)));
      collectMembers(type);
    }
  }

  /** As JavaScript sees it: string, number, boolean, array, typed array or object; several are joined with ` | `. */
  function kindOfType(type) {
    if (type.kind === ts.SyntaxKind.StringKeyword) return 'string';
    if (type.kind === ts.SyntaxKind.NumberKeyword) return 'number';
    if (type.kind === ts.SyntaxKind.BooleanKeyword) return 'boolean';
    if (ts.isArrayTypeNode(type)) return 'array';
    if (ts.isUnionTypeNode(type)) return [...new Set(type.types.map(kindOfType))].sort().join(' | ');
    if (ts.isLiteralTypeNode(type)) return ts.isStringLiteral(type.literal) ? 'string' : 'null';
    if (!ts.isTypeReferenceNode(type)) return 'object';
    const alias = named.get(type.typeName.text);
    if (alias !== undefined) return ts.isTypeAliasDeclaration(alias) ? kindOfType(alias.type) : 'object';
    return /Array$/.test(type.typeName.text) ? 'typed array' : 'object';
  }
}

function kindOfMember(member) {
  const has = (kind) => member.modifiers?.some((modifier) => modifier.kind === kind);
  if (has(ts.SyntaxKind.StaticKeyword)) return 'static';
  if (ts.isMethodDeclaration(member)) return 'method';
  return has(ts.SyntaxKind.ReadonlyKeyword) ? 'get' : 'accessor';
}

function returnOf(type) {
  if (type.kind === ts.SyntaxKind.VoidKeyword) return 'void';
  return ts.isTypeReferenceNode(type) && type.typeName.text === 'Promise' ? 'promise' : 'value';
}
