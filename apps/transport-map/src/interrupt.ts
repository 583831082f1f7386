/** What a program does about Ctrl-C. */
export interface Interrupt {
  /** Aborts at the first Ctrl-C. */
  readonly signal: AbortSignal;
  /** From now on a Ctrl-C ends the program, also the first. */
  disarm(): void;
}

export interface InterruptSource {
  on(event: 'SIGINT', listener: () => void): unknown;
}

/** The exit status of a program that SIGINT has ended, by the shells' convention. */
const interrupted = 130;

/** The first SIGINT calls `stopping` and aborts the signal; the next, or any after `disarm`, calls `exit`. */
export function listenForInterrupt(source: InterruptSource, stopping: () => void, exit: (status: number) => void): Interrupt {
  const controller = new AbortController();
  let armed = true;
  source.on('SIGINT', () => {
    if (!armed) return exit(interrupted);
    armed = false;
    stopping();
    controller.abort();
  });
  return { signal: controller.signal, disarm: () => void (armed = false) };
}
