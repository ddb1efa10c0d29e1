/** What helps where the system has no more of something to give. */
const remedies: Record<string, string> = {
  EMFILE: 'this process has no file descriptors left: raise `ulimit -n`, or open fewer files and videos at once',
  ENFILE: 'the system has no file descriptors left',
  EAGAIN: 'no more processes may be started: raise `ulimit -u`, or the limit of the container or service',
  ENOMEM: 'too little memory is left',
  ENOSPC: 'the disk is full',
};

/** The same of a program that is to be started. */
const spawnRemedies: Record<string, string> = {
  ENOENT: 'there is no such program',
  EACCES: 'it may not be run',
  EPERM: 'it may not be run',
};

/** Node's flags for what its permission model forbids. */
const nodeFlags: Record<string, string> = {
  FileSystemRead: '--allow-fs-read',
  FileSystemWrite: '--allow-fs-write',
  ChildProcess: '--allow-child-process',
  WorkerThreads: '--allow-worker',
};

interface SystemError {
  name?: string;
  code?: string;
  message?: string;
  syscall?: string;
  /** Of Node's permission model. */
  permission?: string;
  resource?: string;
}

/** Whether the runtime forbids it: Node's permission model, or Deno without the flag. */
export function isForbidden(error: unknown): boolean {
  const { name, code } = (error ?? {}) as SystemError;
  return code === 'ERR_ACCESS_DENIED' || code === 'ERR_DLOPEN_DISABLED' || name === 'NotCapable';
}

/** Why the system or the runtime refused something, and, where that is known, what helps. */
export function systemReason(error: unknown): string {
  const { name, code = '', message = String(error), syscall, permission = '', resource } = (error ?? {}) as SystemError;
  if (code === 'ERR_DLOPEN_DISABLED') return "Node's permission model forbids native addons: add --allow-addons";
  // As it comes out of a library that catches it.
  if (message.includes('loading addons is disabled')) return `${message.trim()} (add --allow-addons)`;
  if (code === 'ERR_ACCESS_DENIED') {
    const flag = nodeFlags[permission] ?? `the flag for ${permission}`;
    return `Node's permission model forbids it: add ${flag}${resource && flag.includes('-fs-') ? `=${resource}` : ''}`;
  }
  // Deno's own words say which flag.
  if (name === 'NotCapable') return `Deno forbids it: ${message}, or with -A`;
  const remedy = remedies[code] ?? (syscall?.startsWith('spawn') ? spawnRemedies[code] : undefined);
  return remedy === undefined ? message : `${message} (${remedy})`;
}
