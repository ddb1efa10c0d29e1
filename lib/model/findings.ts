const shown = 3;

/** What the scan of a model's file found, in words: the first few findings, or that there are none. */
export function describeFindings(findings: readonly string[]): string {
  if (findings.length === 0) return 'nothing that touches the system was found in it';
  const more = findings.length > shown ? ` and ${findings.length - shown} more` : '';
  return findings.slice(0, shown).join('; ') + more;
}
