/** A column: its heading, and `right` for numbers. */
export interface Column {
  title: string;
  align?: 'left' | 'right';
}

/** Lines of a table of padded columns, headings first. The last column is not padded on its right. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const cells = [columns.map(({ title }) => title), ...rows];
  const widths = columns.map((_, index) => Math.max(...cells.map((row) => row[index]?.length ?? 0)));
  return cells.map((row) =>
    columns
      .map(({ align }, index) => {
        const [text, width] = [row[index] ?? '', widths[index] ?? 0];
        return align === 'right' ? text.padStart(width) : text.padEnd(width);
      })
      .join('  ')
      .trimEnd(),
  );
}
