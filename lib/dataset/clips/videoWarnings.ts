/** Videos that are named. */
const named = 3;
/** Not the digits within a name, as of a colour matrix. */
const figures = /(?<![\w.])\d[\d.]*/g;

/** What decoders say of many videos: each kind of warning once, with the number of the videos and the first of them. */
export class VideoWarnings {
  /** By their text without its figures: a warning and the paths it was given of. */
  private readonly kinds = new Map<string, { warning: string; paths: Set<string> }>();

  add(path: string, warnings: readonly string[]): void {
    for (const warning of warnings) {
      const key = warning.replace(figures, '');
      const kind = this.kinds.get(key) ?? { warning, paths: new Set() };
      this.kinds.set(key, kind);
      kind.paths.add(path);
    }
  }

  /** One a kind, in the order in which they were first met. */
  get all(): string[] {
    return [...this.kinds.values()].map(({ warning, paths: { size }, paths }) => {
      const first = [...paths].slice(0, named).join(', ');
      return `${warning} (${size === 1 ? first : `${size} videos: ${first}${size > named ? ' …' : ''}`})`;
    });
  }
}
