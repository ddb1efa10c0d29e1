/** What a person should know of an error; of a program that failed, the last of what it said. */
export function problemOf(error: unknown): string {
  const { message, stderr, code, signal } = error as Error & { stderr?: string; code?: unknown; signal?: unknown };
  if (typeof stderr !== 'string') return message;
  const lines = stderr.trim().split('\n').slice(-3);
  return [`ended with ${signal ?? code}`, ...lines].join('\n');
}
