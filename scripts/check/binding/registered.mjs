// Properties that every function has, and that V8 gives native classes.
const ownOfEveryClass = ['length', 'name', 'prototype', 'arguments', 'caller'];

/** Names that a loaded addon registers, to `function`, `class`, `method`, `static`, `get` or, with a setter, `accessor`. */
export function registeredKinds(binding) {
  const kinds = new Map();
  for (const name of Object.getOwnPropertyNames(binding)) {
    const value = binding[name];
    const isClass = typeof value === 'function' && Object.getOwnPropertyNames(value.prototype ?? {}).length > 1;
    kinds.set(name, isClass ? 'class' : 'function');
    if (!isClass) continue;
    for (const member of Object.getOwnPropertyNames(value)) {
      if (!ownOfEveryClass.includes(member)) kinds.set(`${name}.${member}`, 'static');
    }
    for (const [member, { get, set }] of Object.entries(Object.getOwnPropertyDescriptors(value.prototype))) {
      if (member !== 'constructor') kinds.set(`${name}.${member}`, set ? 'accessor' : get ? 'get' : 'method');
    }
  }
  return kinds;
}
