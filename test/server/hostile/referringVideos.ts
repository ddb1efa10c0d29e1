import { box, editBox, element, numbers } from './boxes';

/** Files of this machine that nobody may see: a video, and a text. */
export interface Canaries {
  video: string;
  text: string;
}

const text = (content: string) => Buffer.from(content);

/** What names another file, by its path or beside where it lies itself, under the name of a video. */
export function referringVideos(
  mp4: Buffer,
  matroska: Buffer,
  { video, text: secret }: Canaries,
): Record<string, Buffer> {
  const name = video.slice(video.lastIndexOf('/') + 1);
  const list = (address: string) =>
    text(`#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:9\n#EXTINF:2,\n${address}\n#EXT-X-ENDLIST\n`);
  const dash = (address: string) =>
    text(
      '<?xml version="1.0"?>\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT2S">' +
        `<Period><AdaptationSet mimeType="video/mp2t"><Representation id="1" bandwidth="1"><BaseURL>${address}</BaseURL>` +
        '</Representation></AdaptationSet></Period></MPD>\n',
    );
  const reference = (entry: Buffer) =>
    editBox(mp4, 'moov/trak/mdia/minf/dinf/dref', () => Buffer.concat([numbers(0, 1), entry]));
  const behind = (...elements: Buffer[]) => Buffer.concat([matroska, ...elements]);
  return {
    'HLS, an address': list(`file://${video}`),
    'HLS, a path': list(video),
    'HLS, a name': list(name),
    'HLS, a part of a text': list(`subfile,,start,0,end,64,,:${secret}`),
    'HLS, a key': text(
      `#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXT-X-KEY:METHOD=AES-128,URI="${secret}"\n#EXTINF:2,\n${video}\n#EXT-X-ENDLIST\n`,
    ),
    'HLS, a list of lists': text(`#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nfile:${video}\n`),
    'ffconcat, a path': text(`ffconcat version 1.0\nfile 'file:${video}'\n`),
    'ffconcat, a name': text(`ffconcat version 1.0\nfile ${name}\n`),
    'ffconcat, a pipe of texts': text(`ffconcat version 1.0\nfile 'concat:${secret}|${video}'\n`),
    'DASH, an address': dash(`file://${video}`),
    'DASH, a name': dash(name),
    SDP: text('v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 33\n'),
    'a playlist': text(`[playlist]\nFile1=${video}\nNumberOfEntries=1\n`),
    IMF: text(
      `<?xml version="1.0"?><CompositionPlaylist xmlns="http://www.smpte-ra.org/schemas/2067-3/2016"><Id>urn:uuid:1</Id>` +
        `<SegmentList><Segment><Path>${video}</Path></Segment></SegmentList></CompositionPlaylist>`,
    ),
    'MP4, media elsewhere by URL': reference(box('url ', numbers(0), `file://${video}\0`)),
    'MP4, media elsewhere by alias': reference(alias(video)),
    'MP4, a movie elsewhere': box(
      'moov',
      box('rmra', box('rmda', box('rdrf', numbers(0), 'url ', numbers(video.length + 1), `${video}\0`))),
    ),
    'Matroska, an attachment': behind(
      element(
        '1941a469',
        element('61a7', element('466e', text(secret)), element('4660', text('text/plain')), element('465c', text('x'))),
      ),
    ),
    'Matroska, another segment': behind(
      element('1549a966', element('3cb923', Buffer.alloc(16, 1)), element('3c83ab', text(video))),
    ),
    subtitles: text(
      `# VobSub index file, v7\nsize: 64x48\nid: ${secret}, index: 0\ntimestamp: 00:00:00:000, filepos: 000000000\n`,
    ),
    NUT: Buffer.concat([text('nut/multimedia container\0'), Buffer.alloc(64), text(secret)]),
  };
}

/** As QuickTime writes where the media of a track are: the volume, the folders and the name, and the whole path. */
function alias(path: string): Buffer {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const fixed = Buffer.alloc(150);
  fixed.writeUInt16BE(2, 6);
  fixed.writeUInt8(1, 10);
  fixed.write('/', 11);
  fixed.writeUInt8(Math.min(name.length, 63), 50);
  fixed.write(name.slice(0, 63), 51);
  const tag = (type: number, value: string) => {
    const bytes = Buffer.alloc(4 + value.length + (value.length % 2));
    bytes.writeInt16BE(type, 0);
    bytes.writeUInt16BE(value.length, 2);
    bytes.write(value, 4, 'latin1');
    return bytes;
  };
  return box('alis', numbers(0), fixed, tag(2, path.slice(1).replaceAll('/', ':')), tag(18, path), tag(-1, ''));
}
