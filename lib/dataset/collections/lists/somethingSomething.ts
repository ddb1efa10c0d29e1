import { wrong } from '../collectionOf';
import type { ListedClip } from './listedClip';

interface Video {
  id: string | number;
  template?: string;
  label?: string;
}

/** Whether a JSON file lists videos as Something-Something does. */
export function isSomethingSomething(json: unknown): json is Video[] {
  const first = Array.isArray(json) ? (json[0] as Partial<Video> | null) : null;
  return first?.id !== undefined && (first.template !== undefined || first.label !== undefined);
}

/** Each video's class is its template, whose placeholders are in brackets; what filled them in is no part of it. */
export function parseSomethingSomething(videos: readonly Video[], file: string): ListedClip[] {
  return videos.map(({ id, template, label }, index) => {
    const where = `${file}, entry ${index + 1}`;
    const name = template ?? label;
    if (!name) throw wrong(where, 'a template', null);
    const names = [{ path: String(id), isWhole: false }];
    return { names, labels: [name.replace(/[[\]]/g, '')], split: null, group: null, span: null, where };
  });
}
