import { linesOf } from '../../../base/decodeText';
import { wrong } from '../collectionOf';
import { videoExtensions } from '../mediaFiles';
import type { ListedClip } from './listedClip';

const separator = '[\\s,;]+';
const ofVideo = new RegExp(`^(.*\\.(?:${videoExtensions.join('|')}))"?${separator}(.+)$`, 'i');
/** A folder of pictures, how many it holds, and numbers of classes; or a number alone, of a class. */
const ofFrames = new RegExp(`^(.+?)${separator}(\\d+(?:${separator}\\d+)*)$`);

/** Whether a text is a list in the manner of mmaction2 and PySlowFast, by its first line. */
export function isPathList(text: string): boolean {
  const [first] = linesOf(text.slice(0, 10_000));
  return first !== undefined && (ofVideo.test(first.text) || ofFrames.test(first.text));
}

/**
 * Reads lines `video label`, `video label label …` and `folder frames label …`, separated by spaces, tabs, `,` or `;`. A
 * path may hold spaces. Labels are numbers of classes, or one name.
 */
export function parsePathList(text: string, file: string): ListedClip[] {
  return linesOf(text).map(({ line, text: content }) => {
    const where = `${file} line ${line}`;
    const [path, labels] = pathAndLabels(content, where);
    const names = [{ path: unquoted(path), isWhole: false }];
    return { names, labels, split: null, group: null, span: null, where };
  });
}

function pathAndLabels(content: string, where: string): [path: string, labels: string[]] {
  const [, video, text = ''] = ofVideo.exec(content) ?? [];
  const words = (joined: string) => joined.split(new RegExp(separator)).filter((word) => word !== '');
  if (video !== undefined) return [video, areNumbers(words(text)) ? words(text) : [unquoted(text.trim())]];
  const [, folder, numbers = ''] = ofFrames.exec(content) ?? [];
  if (folder === undefined) throw wrong(where, 'a path and a label, as in "run/1.mp4 3"', content);
  const [first = '', ...rest] = words(numbers);
  return [folder, rest.length > 0 ? rest : [first]];
}

/** Whether labels are numbers of classes. */
export function areNumbers(labels: readonly string[]): boolean {
  return labels.every((label) => /^\d+$/.test(label));
}

const unquoted = (text: string) => text.replace(/^"|"$/g, '');
