import { z } from 'zod';
import { wrong } from '../collectionOf';
import type { ListedClip } from './listedClip';

const video = z
  .object({
    id: z.union([z.string().min(1), z.number()]),
    template: z.string().min(1).optional(),
    label: z.string().min(1).optional(),
  })
  .transform(({ id, template, label }) => ({ id: String(id), name: template ?? label }));

/** Whether a JSON file lists videos as Something-Something does, by its first entry. */
export function isSomethingSomething(json: unknown): json is unknown[] {
  const first = Array.isArray(json) ? (json[0] as Record<string, unknown> | null | undefined) : null;
  return first?.id !== undefined && (first.template !== undefined || first.label !== undefined);
}

/** Each video's class is its template, whose placeholders are in brackets; what filled them in is no part of it. */
export function parseSomethingSomething(videos: readonly unknown[], file: string): ListedClip[] {
  return videos.map((entry, index) => {
    const where = `${file}, entry ${index + 1}`;
    const { id, name } = video.safeParse(entry).data ?? {};
    if (!id || !name) throw wrong(where, 'an id and a template, or a label, that is text', JSON.stringify(entry));
    const names = [{ path: id, isWhole: false }];
    return { names, labels: [name.replace(/[[\]]/g, '')], split: null, group: null, span: null, where };
  });
}
