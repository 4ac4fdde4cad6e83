/**
 * The data of an answer for code that wants an object, such as plugins of Apollo Server: it is read out of the text
 * when somebody looks, and until then the text is what is sent.
 */
const texts = new WeakMap<object, string>();

export function lazyData(text: string): Record<string, unknown> | null {
  if (text === 'null') return null;
  const data: Record<string, unknown> = {};
  const lazy = new Proxy(data, {
    get: (target, key, receiver) => Reflect.get(opened(target), key, receiver),
    has: (target, key) => Reflect.has(opened(target), key),
    ownKeys: (target) => Reflect.ownKeys(opened(target)),
    getOwnPropertyDescriptor: (target, key) => Reflect.getOwnPropertyDescriptor(opened(target), key),
    set: (target, key, value) => Reflect.set(opened(target), key, value),
    defineProperty: (target, key, descriptor) => Reflect.defineProperty(opened(target), key, descriptor),
    deleteProperty: (target, key) => Reflect.deleteProperty(opened(target), key),
  });
  const opened = (target: Record<string, unknown>) => {
    if (texts.delete(lazy))
      Object.defineProperties(target, Object.getOwnPropertyDescriptors(JSON.parse(text) as object));
    return target;
  };
  texts.set(lazy, text);
  return lazy;
}

/** The text of data nobody has looked at (and so nobody has changed). */
export const untouchedText = (data: unknown): string | undefined =>
  typeof data === 'object' && data !== null ? texts.get(data) : undefined;
