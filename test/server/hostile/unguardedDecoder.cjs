// A decoder as it would be without its lock and its whitelists: what tests must find. It takes files by their names, and
// FFmpeg reads all formats and follows all references.
const { join } = require('node:path');

const decoder = join(__dirname, '..', '..', '..', 'dist', 'video', 'decoder');
const { NamedFile } = require(join(decoder, 'inputFile.js'));
const address = NamedFile.prototype.address;
NamedFile.prototype.address = function () {
  const { url } = address.call(this);
  const options = {
    protocol_whitelist: 'file,subfile,concat,crypto,data',
    safe: '0',
    enable_drefs: '1',
    use_absolute_path: '1',
  };
  return { url, options: { ...options, allowed_extensions: 'ALL', extension_picky: '0' } };
};
require(join(decoder, 'whitelists.js')).demuxers += ',hls,concat,dash,sdp,imf,nut,vobsub,srt,webvtt';
require(join(decoder, '..', 'decoderProcess.js'));
