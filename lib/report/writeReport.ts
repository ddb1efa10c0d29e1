import { writeAtomically } from '../base/writeAtomically';
import { renderReport } from './renderReport';
import type { ReportContent } from './types';

/** Writes a report as one HTML file that needs nothing else; the file is there whole or not at all. */
export async function writeReport(content: ReportContent, path: string): Promise<void> {
  await writeAtomically(path, renderReport(content));
}
