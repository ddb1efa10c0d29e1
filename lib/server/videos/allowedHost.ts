import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { HttpError } from '../http/statusOf';
import { isPublicAddress } from './publicAddress';

/** All addresses of a name. */
export type Resolve = (host: string) => Promise<readonly string[]>;

export const resolveByDns: Resolve = async (host) => (await lookup(host, { all: true })).map(({ address }) => address);

/**
 * The address to which a request for `url` may go, and no other, whatever its name means a moment later. Throws 403, and 502 where
 * it has none.
 *
 * @param hosts as the option `urlHosts` has them
 */
export async function allowedAddress(url: URL, hosts: readonly string[], resolve: Resolve): Promise<string> {
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw refused(`http or https but received ${url.protocol}`);
  if (url.username !== '' || url.password !== '') throw refused('a URL without a user and a password but it has them');
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = url.port || (url.protocol === 'http:' ? '80' : '443');
  // An address with its port is meant as it is written, wherever it leads.
  if (isIP(host) !== 0) {
    if (hosts.some((entry) => entry === `${url.hostname}:${port}`)) return host;
    throw refused(`a host among urlHosts but received ${url.hostname}:${port}`);
  }
  if (!hosts.some((entry) => isSameHost(entry, host, port, url.port === ''))) {
    throw refused(`a host among urlHosts but received ${host}:${port}`);
  }
  const addresses = await resolve(host).catch(() => []);
  const [first] = addresses;
  if (first === undefined)
    throw new HttpError(502, `expected a host that has an address but ${host} has none`, 'URL_FAILED');
  // One of them is enough: which is taken could be left to chance.
  if (!addresses.every(isPublicAddress)) throw refused(`a host with public addresses alone but ${host} has others`);
  return first;
}

/** `example.com`, `example.com:8443`, or `*.example.com` for all below it; without a port the usual one. */
function isSameHost(entry: string, host: string, port: string, isUsualPort: boolean): boolean {
  const [, name, only] = /^(.*?)(?::(\d+))?$/.exec(entry.toLowerCase()) as unknown as [
    string,
    string,
    string | undefined,
  ];
  if (only === undefined ? !isUsualPort : only !== port) return false;
  return name.startsWith('*.') ? host.endsWith(name.slice(1)) : host === name;
}

const refused = (message: string) => new HttpError(403, `expected ${message}`, 'URL_REFUSED');
