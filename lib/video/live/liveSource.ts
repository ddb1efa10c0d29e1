import { invalidArgument } from '../../base/errors';

/** How FFmpeg is to open a stream, or a camera, and what it may use for it: nothing but what was asked for. */
export interface LiveSource {
  url: string;
  /** Null: as the content says. */
  format: string | null;
  protocols: string;
  demuxers: string;
  options: Readonly<Record<string, string>>;
  /** What people are shown. */
  shown: string;
}

/** Containers that can be begun in the middle, and hold their own media: see Note [Whitelists]. */
const streamed = 'mpegts,mjpeg,mpjpeg,flv,matroska,webm,ogg';
/** Bytes and microseconds that tell what is in a stream, before its first frame is shown. */
const probing = { probesize: '2000000', analyzeduration: '2000000' };
/** Others than the host that was named are not gone to. */
const http = { demuxers: streamed, options: { ...probing, max_redirects: '0' } };

const kinds: Record<string, Pick<LiveSource, 'protocols' | 'demuxers' | 'options'>> = {
  // Over one connection, as firewalls and lost packets allow.
  'rtsp:': { protocols: 'rtsp,tcp', demuxers: 'rtsp', options: { ...probing, rtsp_transport: 'tcp' } },
  'http:': { protocols: 'http,tcp', ...http },
  'https:': { protocols: 'https,tls,tcp', ...http },
};

/**
 * Reads the address of a stream (rtsp, http, https) or the path of a camera (/dev/video0). People are shown `shown`; else of an
 * address its host alone, as passwords and keys stand anywhere else. Throws `ERR_INVALID_ARGUMENT`.
 */
export function liveSource(address: string, shown?: string): LiveSource {
  if (/^\/dev\/video\d+$/.test(address)) {
    const camera = { format: 'video4linux2', protocols: 'file', demuxers: 'video4linux2,v4l2', options: {} };
    return { url: address, ...camera, shown: shown ?? address };
  }
  const url = URL.canParse(address) ? new URL(address) : null;
  const kind = url === null ? undefined : kinds[url.protocol];
  if (url === null || kind === undefined || url.hostname === '') {
    const received = url === null ? address : url.protocol;
    throw invalidArgument(shown ?? 'source', 'an rtsp, http or https URL, or a camera such as /dev/video0', received);
  }
  return { url: url.href, format: null, ...kind, shown: shown ?? `${url.protocol}//${url.host}` };
}
