// A plugin of TypeDoc: what is exported stands in the category of its room.
import { relative, sep } from 'node:path';
import { Comment, CommentTag, Converter, ReflectionKind } from 'typedoc';

/** Folder of `lib`, or name of its file, and the heading in the API's pages. Their order is in typedoc.json. */
const headings = {
  model: 'Models',
  video: 'Video',
  clip: 'Clips in memory',
  training: 'Training',
  evaluation: 'Evaluation',
  dataset: 'Labelled videos',
  server: 'Serving',
  base: 'Errors and calls',
};

export function load(app) {
  app.converter.on(Converter.EVENT_CREATE_DECLARATION, (context, reflection) => {
    if (!reflection.parent?.kindOf(ReflectionKind.Module)) return;
    const [declaration] = context.getSymbolFromReflection(reflection)?.declarations ?? [];
    if (declaration === undefined) return;
    const [room] = relative('lib', declaration.getSourceFile().fileName).split(sep);
    const heading = headings[room] ?? headings.model;
    const holders = reflection.kindOf(ReflectionKind.Function) ? (reflection.signatures ?? [reflection]) : [reflection];
    for (const holder of [reflection, ...holders]) {
      holder.comment ??= new Comment();
      holder.comment.blockTags.push(new CommentTag('@category', [{ kind: 'text', text: heading }]));
    }
  });
}
