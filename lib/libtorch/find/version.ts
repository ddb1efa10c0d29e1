/** Oldest LibTorch whose headers the addon compiles against. */
export const minimumVersion = '2.10';

/** `2.13` of `2.13.0+cpu`. Minor versions share no C++ ABI, so this is what has to agree. */
export function minorOf(version: string): string {
  return version.split('.').slice(0, 2).join('.');
}

/** Whether `version` is at least `minimum`, by major and minor number. */
export function isAtLeast(version: string, minimum: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  const [minMajor = 0, minMinor = 0] = minimum.split('.').map((part) => Number.parseInt(part, 10));
  return major > minMajor || (major === minMajor && minor >= minMinor);
}
