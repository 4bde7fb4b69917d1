/** Keeps the process while this is held: the clock's timers do not, and neither does a promise. */
export function holdProcess(): Disposable {
  const { port1 } = new MessageChannel();
  port1.ref();
  return { [Symbol.dispose]: () => port1.close() };
}
