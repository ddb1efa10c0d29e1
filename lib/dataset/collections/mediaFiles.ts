import { extname } from 'node:path';

/** Extensions taken for video, in lower case. */
export const videoExtensions = 'mp4,m4v,mov,avi,mkv,webm,flv,wmv,mpg,mpeg,ts,mts,m2ts,3gp,ogv,gif'.split(',');

/** Extensions of pictures, each a frame of its folder's video. */
export const pictureExtensions = ['jpg', 'jpeg', 'png'];

/** Whether a path has a video's extension. */
export function isVideoName(path: string): boolean {
  return videoExtensions.includes(extname(path).slice(1).toLowerCase());
}
