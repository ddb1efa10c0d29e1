import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The sources of a room of native/, in the order of their names: each with its `file`, its `text` without comments and, of
 * the same length, its `code`, in which strings are blank too.
 */
export function readSources(tree, room) {
  const folder = join(tree, 'native', room);
  const names = readdirSync(folder).filter((name) => /\.(h|cpp)$/.test(name));
  return names.sort().map((name) => {
    const source = readFileSync(join(folder, name), 'utf8');
    return { file: `native/${room}/${name}`, text: blank(source, { strings: false }), code: blank(source) };
  });
}

/** C++ with spaces in place of comments and of what is in strings. */
export function blank(source, { strings = true } = {}) {
  const parts = /\/\/.*|\/\*[\s\S]*?\*\/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])'/g;
  return source.replace(parts, (part) => {
    if (part.startsWith('/')) return part.replace(/[^\n]/g, ' ');
    return strings ? `${part[0]}${' '.repeat(part.length - 2)}${part[0]}` : part;
  });
}

/** From the brace at `open` to the one that closes it. */
export function block(code, open) {
  let depth = 0;
  for (let at = open; at < code.length; ++at) {
    if (code[at] === '{') ++depth;
    if (code[at] === '}' && --depth === 0) return { from: open, to: at + 1 };
  }
  return { from: open, to: code.length };
}
