import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Real data; see its README. */
export const sharedData = join(__dirname, '../../../shared/data');

/** A folder that goes away after the tests of this file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'kinetorch-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes files below a folder, empty where they have no text. */
export function writeFiles(folder: string, files: readonly string[] | Record<string, string>): void {
  const entries = Array.isArray(files) ? files.map((file) => [file, '']) : Object.entries(files);
  for (const [file, text] of entries as [string, string][]) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
}
