/** Options whose flags have another name. */
const flagNames: Record<string, string> = { learningRate: 'lr', numClasses: 'classes', outDir: 'out', outFile: 'out' };

/** `npx kinetorch …`, for a shell. Options are named by their flags; of an object in them, each part is a flag. */
export function commandLine(command: string, args: readonly string[], options: object): string {
  const words = [...args, ...flagsOf(options)].map(quoted);
  return ['npx kinetorch', command, ...words].join(' ');
}

function flagsOf(options: object): string[] {
  return Object.entries(options).flatMap(([name, value]) => {
    if (value === undefined) return [];
    if (Array.isArray(value)) return [flagOf(name), value.join(name === 'resize' ? 'x' : ',')];
    return typeof value === 'object' ? flagsOf(value) : [flagOf(name), String(value)];
  });
}

const flagOf = (name: string) =>
  `--${flagNames[name] ?? name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

const quoted = (word: string) => (/^[\w./,=:@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);
