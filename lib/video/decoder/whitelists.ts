/**
 * Note [Whitelists]
 * FFmpeg picks a demuxer by content: a text file named .mp4 may be an HLS or ffconcat list that names other files of
 * this machine, and a restriction to the `file` protocol alone lets it read them. So demuxers are named too: containers
 * that hold their own media, none that refers to other files (hls, dash, concat, image2). Decoders are those that
 * cameras, phones, editors, the web and public datasets really use, which are also the ones fuzzed most.
 */
export const demuxers = [
  'mov,mp4,m4a,3gp,3g2,mj2',
  'matroska,webm',
  'avi',
  'flv',
  'gif',
  'mpegts',
  'mpeg',
  'ogg',
  'asf',
  'mjpeg',
].join(',');

export const decoders = [
  ...['h264', 'hevc', 'libdav1d', 'vp8', 'libvpx', 'vp9', 'libvpx-vp9', 'vp6', 'vp6a', 'vp6f', 'theora'],
  ...['mpeg1video', 'mpeg2video', 'mpeg4', 'msmpeg4v1', 'msmpeg4v2', 'msmpeg4', 'h263', 'flv'],
  ...['wmv1', 'wmv2', 'wmv3', 'vc1', 'mjpeg', 'gif', 'svq1', 'svq3', 'cinepak', 'dvvideo'],
  ...['prores', 'dnxhd', 'ffv1', 'huffyuv', 'ffvhuff', 'utvideo', 'png', 'qtrle', 'rawvideo'],
].join(',');
