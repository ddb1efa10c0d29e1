import { extname } from 'node:path';

/** Extensions taken for video, in lower case: those of the containers that are decoded. */
export const videoExtensions = [
  ...['mp4', 'm4v', 'mov', 'qt', '3gp', '3g2', 'mkv', 'webm', 'avi', 'divx', 'flv', 'f4v', 'wmv', 'asf', 'gif'],
  ...['mpg', 'mpeg', 'mpe', 'vob', 'ts', 'mts', 'm2ts', 'm2t', 'ogv', 'ogm'],
];

/** Extensions of pictures, each a frame of its folder's video. */
const pictureExtensions = ['jpg', 'jpeg', 'png'];

/** Extensions of what lies beside data by intention: lists, notes, programs, models and what training writes. */
const documentExtensions = [
  ...['txt', 'md', 'csv', 'tsv', 'list', 'json', 'jsonl', 'ndjson', 'yaml', 'yml', 'xml', 'log', 'html', 'pdf'],
  ...['svg', 'py', 'sh', 'js', 'ipynb', 'pt', 'pth', 'ckpt', 'safetensors', 'npy', 'npz', 'pkl'],
];

const extensionOf = (path: string) => extname(path).slice(1).toLowerCase();

/** Whether a path has a video's extension. */
export function isVideoName(path: string): boolean {
  return videoExtensions.includes(extensionOf(path));
}

/** Whether a path has the extension of a document, of which nobody expects a clip. */
export function isDocumentName(path: string): boolean {
  return documentExtensions.includes(extensionOf(path));
}

/** Whether a path has the extension of a picture that is decoded. */
export function isPictureName(path: string): boolean {
  return pictureExtensions.includes(extensionOf(path));
}
