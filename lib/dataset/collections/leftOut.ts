import type { LeftOut } from '../types';

const kept = 5;

/** Why something is left out, and whether that may be a mistake, which a person should then hear of. */
const reasons = {
  hidden: { text: "hidden, or the system's", isExpected: true },
  ofVideo: { text: 'pictures beside a video', isExpected: true },
  copy: { text: 'another copy of the videos', isExpected: true },
  document: { text: 'documents', isExpected: true },
  documents: { text: 'a folder of documents alone', isExpected: true },
  kind: { text: 'no video or picture by its extension', isExpected: false },
  special: { text: 'no regular file', isExpected: false },
  broken: { text: 'a link to nothing', isExpected: false },
  twice: { text: 'a link to what is read elsewhere', isExpected: false },
  empty: { text: 'a folder without videos or pictures', isExpected: false },
  unreadable: { text: 'cannot be read', isExpected: false },
  noClass: { text: 'in no class folder', isExpected: false },
  loosePictures: { text: 'pictures in no folder of their own, as the frames of a video are', isExpected: false },
  besideSplits: { text: 'beside the folders of the splits', isExpected: false },
  unlisted: { text: 'in no list', isExpected: true },
  missing: { text: 'listed but not there', isExpected: false },
  rival: { text: 'lists of another split or form', isExpected: true },
  noIndex: { text: 'files that may name classes, but cannot be read', isExpected: false },
  unusedList: { text: 'lists that are not read', isExpected: false },
} as const;

type Reason = keyof typeof reasons;

interface Example {
  path: string;
  detail: string | undefined;
}

/** Counts what is left out, so that nothing in a folder vanishes without being named. */
export class LeftOutCounter {
  private readonly found = new Map<Reason, { count: number; examples: Example[] }>();

  /** @param detail what is wrong with it, where the reason does not say all; for the warning */
  add(reason: Reason, path: string, detail?: string): void {
    const entry = this.found.get(reason) ?? { count: 0, examples: [] };
    entry.count++;
    if (entry.examples.length < kept) entry.examples.push({ path, detail });
    this.found.set(reason, entry);
  }

  get all(): LeftOut[] {
    return [...this.found].map(([reason, { count, examples }]) => ({
      reason: reasons[reason].text,
      isExpected: reasons[reason].isExpected,
      count,
      examples: examples.map(({ path }) => path),
    }));
  }

  /** A line for each reason that may be a mistake. */
  get warnings(): string[] {
    return [...this.found].flatMap(([reason, { count, examples }]) => {
      const { text, isExpected } = reasons[reason];
      const shown = examples.map(({ path, detail }) => (detail === undefined ? path : `${path} (${detail})`));
      return isExpected ? [] : [`left out: ${count} ${text}: ${named(shown, count)}`];
    });
  }
}

/** `a, b, …`: the first few of `count`. */
export function named(names: readonly string[], count = names.length): string {
  return names.slice(0, kept).join(', ') + (count > Math.min(kept, names.length) ? ', …' : '');
}
