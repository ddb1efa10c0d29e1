/** What systems leave in folders beside a user's own files; `@eaDir` holds a NAS's thumbnails. */
const system = new Set(['thumbs.db', 'desktop.ini', '__macosx', '@eadir', '#recycle', '$recycle.bin', 'lost+found']);

/** Whether a file or folder is not its user's own: `.DS_Store`, `._clip.mp4` (what macOS adds to `clip.mp4`), `.git`. */
export function isHidden(name: string): boolean {
  return name.startsWith('.') || system.has(name.toLowerCase());
}
