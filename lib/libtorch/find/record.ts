/** One line of a wheel's RECORD. */
export interface RecordEntry {
  /** Lower-case hex. */
  sha256: string;
  /** Bytes. */
  size: number;
}

/**
 * Reads a wheel's RECORD: CSV lines `path,sha256=<base64url>,size`. Lines without a hash (RECORD itself) are left
 * out; a line that is neither makes it throw.
 */
export function parseRecord(text: string): Map<string, RecordEntry> {
  const entries = new Map<string, RecordEntry>();
  for (const line of text.split(/\r?\n/)) {
    if (line === '' || line.endsWith(',,')) continue;
    const match = /^(?:"((?:[^"]|"")+)"|([^",]+)),sha256=([\w-]{43})=?,(\d+)$/.exec(line);
    if (!match)
      throw new Error(`expected a line of RECORD to be path,sha256=…,size but received ${JSON.stringify(line)}`);
    const path = match[1]?.replaceAll('""', '"') ?? (match[2] as string);
    entries.set(path, { sha256: Buffer.from(match[3] as string, 'base64url').toString('hex'), size: Number(match[4]) });
  }
  return entries;
}
