import { KinetorchError } from '../../base/errors';

/** The packages that a server needs and a library does not; whoever serves installs them. */
export const serverPackages = ['fastify', '@fastify/multipart', '@fastify/rate-limit'] as const;

/**
 * Fastify and its plugins. They are optional peers, not dependencies: whoever classifies in an app of his own gets none of
 * their packages, and whoever serves chooses their version.
 *
 * @throws KinetorchError `ERR_UNSUPPORTED`, with what to install, where one is missing
 */
export async function loadServerPackages() {
  try {
    // CommonJS all three, and required as such: a test runner has no dynamic imports.
    const { default: fastify } = require('fastify') as typeof import('fastify');
    const { default: multipart } = require('@fastify/multipart') as typeof import('@fastify/multipart');
    const { default: rateLimit } = require('@fastify/rate-limit') as typeof import('@fastify/rate-limit');
    return { fastify, multipart, rateLimit };
  } catch (cause) {
    if (!isMissing(cause)) throw cause;
    throw new KinetorchError(
      'ERR_UNSUPPORTED',
      `the server needs packages that are not installed: npm install ${serverPackages.join(' ')}`,
      { cause },
    );
  }
}

function isMissing(error: unknown): boolean {
  const { code, message } = error as NodeJS.ErrnoException;
  const isUnknown = code === 'MODULE_NOT_FOUND' || code === 'ERR_MODULE_NOT_FOUND';
  return isUnknown && serverPackages.some((name) => message.includes(`'${name}'`));
}
