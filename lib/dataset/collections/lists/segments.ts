import { z } from 'zod';
import { wrong } from '../collectionOf';
import { parseCsv } from '../parseCsv';
import { splitNamed } from '../splitNames';
import type { ListedClip } from './listedClip';

/** Whether a text is a CSV of Kinetics, by its first line. */
export function isKineticsCsv(text: string): boolean {
  const [header = ''] = text.split(/[\r\n]/, 1);
  return /youtube_id/i.test(header) && /time_start/i.test(header);
}

/** A CSV of Kinetics: `label,youtube_id,time_start,time_end,split`. */
export function parseKineticsCsv(text: string, file: string): ListedClip[] {
  return parseCsv(text, file, { relax_column_count: true }).map(({ where, cells }) => {
    const { label, youtube_id: id, time_start: start, time_end: end, split = '' } = cells;
    if (!id) throw wrong(where, 'a youtube_id', null);
    if (!label) throw wrong(where, 'a label; a list of the test split without labels cannot be used', null);
    return segment({ id, label, span: spanOf([start, end], where), split, where });
  });
}

/** What a JSON file of ActivityNet, or of Kinetics, says of a video. */
interface Video {
  subset?: unknown;
  annotations: unknown;
}

/** Videos by id, in a JSON file of ActivityNet (`database`), or of Kinetics; null where it is none. */
export function segmentVideos(json: unknown): [id: string, video: Video][] | null {
  if (json === null || typeof json !== 'object' || Array.isArray(json)) return null;
  const videos = Object.entries((json as { database?: object }).database ?? json);
  const isVideo = ([, video]: [string, unknown]) =>
    typeof video === 'object' && video !== null && 'annotations' in video;
  return videos.length > 0 && videos.every(isVideo) ? videos : null;
}

const annotation = z.object({
  label: z.string().min(1),
  segment: z.array(z.union([z.number(), z.string()])).nullish(),
});

/** Each annotation is a clip; several of one part of a video are its labels. */
export function parseSegments(videos: readonly [id: string, video: Video][], file: string): ListedClip[] {
  return videos.flatMap(([id, { subset, annotations }]) => {
    const where = `${file}, ${id}`;
    const bySpan = new Map<string, ListedClip>();
    for (const one of [annotations ?? []].flat()) {
      const { data } = annotation.safeParse(one);
      if (!data) throw wrong(where, 'annotations with a label, and a segment of two numbers', JSON.stringify(one));
      const { label } = data;
      const [start, end] = data.segment ?? [];
      const clip = segment({ id, label, span: spanOf([start, end], where), split: String(subset ?? ''), where });
      const key = JSON.stringify(clip.span);
      const before = bySpan.get(key);
      bySpan.set(key, before ? { ...before, labels: [...new Set([...before.labels, label])] } : clip);
    }
    return [...bySpan.values()];
  });
}

function segment(found: Pick<ListedClip, 'span' | 'where'> & { id: string; label: string; split: string }): ListedClip {
  const { id, label, span, split, where } = found;
  const seconds = (value: number) => String(Math.round(value)).padStart(6, '0');
  // The tools that fetch Kinetics cut clips and name them by their seconds; ActivityNet's are whole, and called v_<id>.
  const cut = span === null ? [] : [{ path: `${id}_${seconds(span.start)}_${seconds(span.end)}`, isWhole: false }];
  const whole = [id, `v_${id}`].map((path) => ({ path, isWhole: true }));
  return { names: [...cut, ...whole], labels: [label], split: splitNamed(split), group: id, span, where };
}

function spanOf(values: readonly unknown[], where: string): ListedClip['span'] {
  if (values.every((value) => value === undefined || value === '')) return null;
  const [start = Number.NaN, end = Number.NaN] = values.map(Number);
  if (start >= 0 && end > start) return { start, end };
  throw wrong(where, 'a start and a later end in seconds', values.join(' to '));
}
