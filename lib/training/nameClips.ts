/** Clips that an error names. */
const most = 16;

/** The clips of a batch, for an error's message. */
export function nameClips(names: readonly string[]): string {
  const more = names.length > most ? ` and ${names.length - most} more` : '';
  return `${names.slice(0, most).join(', ')}${more}`;
}
