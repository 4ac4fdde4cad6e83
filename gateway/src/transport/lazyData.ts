/**
 * The data of an answer for code that wants an object, such as plugins of Apollo Server: it is read out of the text
 * when somebody looks, and until then the text is what is sent.
 */
type Data = Record<string, unknown>;

/** The text of each that nobody has looked at, by what stands for it and by what that will be read into. */
const texts = new WeakMap<Data, string>();
const unread = new WeakMap<Data, { lazy: Data; text: string }>();

export function lazyData(text: string): Data | null {
  if (text === 'null') return null;
  const target: Data = {};
  const lazy = new Proxy(target, reading);
  texts.set(lazy, text);
  unread.set(target, { lazy, text });
  return lazy;
}

/** The text of data nobody has looked at (and so nobody has changed). */
export const untouchedText = (data: unknown): string | undefined =>
  typeof data === 'object' && data !== null ? texts.get(data as Data) : undefined;

function opened(target: Data): Data {
  const waiting = unread.get(target);
  if (!waiting) return target;
  unread.delete(target);
  texts.delete(waiting.lazy);
  return Object.defineProperties(target, Object.getOwnPropertyDescriptors(JSON.parse(waiting.text) as Data));
}

const reading: ProxyHandler<Data> = {
  get: (target, key, receiver) => Reflect.get(opened(target), key, receiver),
  has: (target, key) => Reflect.has(opened(target), key),
  ownKeys: (target) => Reflect.ownKeys(opened(target)),
  getOwnPropertyDescriptor: (target, key) => Reflect.getOwnPropertyDescriptor(opened(target), key),
  set: (target, key, value) => Reflect.set(opened(target), key, value),
  defineProperty: (target, key, descriptor) => Reflect.defineProperty(opened(target), key, descriptor),
  deleteProperty: (target, key) => Reflect.deleteProperty(opened(target), key),
  preventExtensions: (target) => Reflect.preventExtensions(opened(target)),
};
