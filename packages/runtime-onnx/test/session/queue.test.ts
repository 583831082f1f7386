import { describe, expect, it } from 'vitest';
import { ReleasedError } from '../../src/errors/session-errors.js';
import { abortable, CallQueue } from '../../src/session/queue.js';

/** Work that ends when it is told to. */
function gate(): { readonly work: () => Promise<string>; readonly open: () => void; started: boolean } {
  let open = (): void => undefined;
  const passed = new Promise<void>((resolve) => (open = resolve));
  const one = {
    started: false,
    open: () => open(),
    work: async () => {
      one.started = true;
      await passed;
      return 'done';
    },
  };
  return one;
}

const settled = async (): Promise<void> => {
  for (let i = 0; i < 10; i++) await Promise.resolve();
};

describe('a queue', () => {
  it('does one call a slot at a time, in the order in which they came', async () => {
    const queue = new CallQueue([{}, {}]);
    const gates = Array.from({ length: 4 }, gate);
    const calls = gates.map(({ work }) => queue.run(work));
    await settled();
    expect(gates.map(({ started }) => started)).toEqual([true, true, false, false]);
    expect(queue.waiting).toBe(2);
    gates[1]!.open();
    await settled();
    expect(gates.map(({ started }) => started)).toEqual([true, true, true, false]);
    gates.forEach(({ open }) => open());
    expect(await Promise.all(calls)).toEqual(['done', 'done', 'done', 'done']);
    expect(queue.waiting).toBe(0);
  });

  it('goes on after a call that fails', async () => {
    const queue = new CallQueue([{}]);
    await expect(queue.run(() => Promise.reject(new RangeError('bad')))).rejects.toThrow(RangeError);
    expect(await queue.run(() => Promise.resolve(7))).toBe(7);
  });

  it('drops an aborted call that waits, and its place', async () => {
    const queue = new CallQueue([{}], 1);
    const [first, second] = [gate(), gate()];
    const running = queue.run(first.work);
    const controller = new AbortController();
    const waiting = queue.run(second.work, controller.signal);
    await expect(queue.run(second.work)).rejects.toMatchObject({ name: 'QueueFullError', limit: 1 });
    controller.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    expect(queue.waiting).toBe(0);
    first.open();
    await running;
    await settled();
    expect(second.started).toBe(false);
  });

  it('drops the result of an aborted call that runs, whose slot is free only when it has ended', async () => {
    const queue = new CallQueue([{}]);
    const [first, second] = [gate(), gate()];
    const controller = new AbortController();
    const running = queue.run(first.work, controller.signal);
    const next = queue.run(second.work);
    controller.abort(new Error('enough'));
    await expect(running).rejects.toThrow('enough');
    expect(second.started).toBe(false);
    first.open();
    second.open();
    expect(await next).toBe('done');
  });

  it('says when there is room', async () => {
    const queue = new CallQueue([{}], 1);
    const [first, second] = [gate(), gate()];
    const calls = [queue.run(first.work), queue.run(second.work)];
    let hasRoom = false;
    const room = queue.room().then(() => (hasRoom = true));
    await settled();
    expect(hasRoom).toBe(false);
    first.open();
    await room;
    expect(second.started).toBe(true);
    second.open();
    await Promise.all(calls);
  });

  it('that is closed fails the calls that wait, and later ones', async () => {
    const queue = new CallQueue([{}]);
    const first = gate();
    const running = queue.run(first.work);
    const waiting = queue.run(first.work);
    queue.close('pool');
    await expect(waiting).rejects.toThrow(ReleasedError);
    await expect(queue.run(first.work)).rejects.toThrow(/the pool was released/);
    first.open();
    expect(await running).toBe('done');
  });

  it('refuses a limit that is no number', () => {
    expect(() => new CallQueue([{}], -1)).toThrow(/queueLimit/);
  });
});

describe('abortable work', () => {
  it('leaves no listener on its signal', async () => {
    const { signal } = new AbortController();
    let listeners = 0;
    const counted = Object.assign(Object.create(signal) as AbortSignal, {
      throwIfAborted: () => signal.throwIfAborted(),
      addEventListener: () => void listeners++,
      removeEventListener: () => void listeners--,
    });
    expect(await abortable(Promise.resolve(3), counted)).toBe(3);
    expect(listeners).toBe(0);
  });
});
