/** How commands describe where data come from: what `readCollection` takes. */
export const dataArgument =
  'folder of classes, or of splits with a folder of classes each; CSV manifest; list of clips, or folder with lists and videos';
