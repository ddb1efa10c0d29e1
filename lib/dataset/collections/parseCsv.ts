import { CsvError, type Info, type Options, parse } from 'csv-parse/sync';
import { KinetorchError } from '../../base/errors';

/** A line of a CSV file as text, and how errors name it. */
export interface CsvRow {
  where: string;
  /** By the columns' names in lower case. */
  cells: Record<string, string | undefined>;
}

/** The lines of a CSV file whose first names its columns. Throws `ERR_DATASET` where it is no CSV. */
export function parseCsv(
  text: string,
  file: string,
  options?: Pick<Options, 'delimiter' | 'relax_column_count'>,
): CsvRow[] {
  try {
    const parsed = parse(text, {
      ...options,
      columns: (header: string[]) => header.map(columnName),
      info: true,
      skip_empty_lines: true,
      trim: true,
    }) as unknown as { info: Info; record: CsvRow['cells'] }[];
    return parsed.map(({ info, record }) => ({ where: `${file} line ${info.lines}`, cells: record }));
  } catch (error) {
    if (error instanceof CsvError) throw new KinetorchError('ERR_DATASET', `${file} is no valid CSV: ${error.message}`);
    throw error;
  }
}

export const columnName = (text: string) => text.trim().toLowerCase();
