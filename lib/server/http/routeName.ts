/** A route as people read it: in the router's own writing a colon that is one is written twice. */
export const routeName = (url: string): string => url.replaceAll('::', ':');
