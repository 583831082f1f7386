/** Calls that wait for their turn at a few slots. */
import { ArgumentError } from '@flaxon/tensor';
import { QueueFullError, ReleasedError } from '../errors/session-errors.js';

interface Waiting<Slot> {
  readonly start: (slot: Slot) => void;
  readonly reject: (reason: unknown) => void;
}

/** Rejects as soon as `signal` is aborted; what `work` still does is dropped. */
export async function abortable<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  signal.throwIfAborted();
  let stop: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason as Error);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop!);
  }
}

/** Each slot does one call at a time, in the order in which they came. */
export class CallQueue<Slot extends object> {
  readonly #free: Slot[];
  readonly #limit: number;
  readonly #waiting = new Set<Waiting<Slot>>();
  #forRoom: (() => void)[] = [];
  #closed: ReleasedError | undefined;

  /** `limit` is how many calls may wait beside those that run. */
  constructor(slots: readonly Slot[], limit = Infinity) {
    if (!(limit >= 0)) throw new ArgumentError('createSession', 'worker.queueLimit', `must be a number from 0 on, found ${limit}`);
    this.#free = [...slots];
    this.#limit = limit;
  }

  /** How many calls wait. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Resolves when a call would be taken. */
  async room(): Promise<void> {
    while (!this.#closed && this.#free.length === 0 && this.#waiting.size >= this.#limit) await new Promise<void>((resolve) => this.#forRoom.push(resolve));
  }

  /**
   * Does `work` on the first slot that is free. An aborted call leaves the queue; one that runs is finished, and its result dropped.
   * @throws QueueFullError where more calls wait than may.
   */
  async run<T>(work: (slot: Slot) => Promise<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    if (this.#closed) throw this.#closed;
    const slot = this.#free.shift() ?? (await this.#turn(signal));
    const result = (async () => {
      try {
        return await work(slot);
      } finally {
        this.#leave(slot);
      }
    })();
    return abortable(result, signal);
  }

  #turn(signal: AbortSignal | undefined): Promise<Slot> {
    if (this.#waiting.size >= this.#limit) throw new QueueFullError(this.#limit);
    return new Promise<Slot>((resolve, reject) => {
      const stop = (): void => {
        this.#waiting.delete(place);
        reject(signal?.reason as Error);
        this.#announceRoom();
      };
      const place: Waiting<Slot> = {
        start: (slot) => {
          signal?.removeEventListener('abort', stop);
          resolve(slot);
        },
        reject,
      };
      this.#waiting.add(place);
      signal?.addEventListener('abort', stop, { once: true });
    });
  }

  #leave(slot: Slot): void {
    const [next] = this.#waiting;
    if (next) {
      this.#waiting.delete(next);
      next.start(slot);
    } else this.#free.push(slot);
    this.#announceRoom();
  }

  #announceRoom(): void {
    const waiting = this.#forRoom;
    this.#forRoom = [];
    for (const resolve of waiting) resolve();
  }

  /** Calls that wait, and later ones, fail. */
  close(what: string): void {
    this.#closed = new ReleasedError(what);
    for (const { reject } of this.#waiting) reject(this.#closed);
    this.#waiting.clear();
    this.#announceRoom();
  }
}
