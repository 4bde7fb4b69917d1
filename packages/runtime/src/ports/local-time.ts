/** A moment of the week, by the wall clock of wherever this machine is. */
export interface LocalMoment {
  /** 0 is Sunday. */
  weekday: number;
  /** Minutes since midnight. */
  minute: number;
}

/** What a clock on the wall here shows at that many milliseconds since 1970. */
export type LocalTime = (atMs: number) => LocalMoment;
