let held: InstanceType<typeof MessageChannel> | undefined;

/** Keeps the process until it is told to exit: the clock's timers do not, and neither does a promise. */
export function holdProcess(): void {
  held ??= new MessageChannel();
  held.port1.ref();
}
