import { EventEmitter } from 'node:events';

import { expect, it, vi } from 'vitest';

import { listenForInterrupt } from '../src/interrupt.js';

function listening() {
  const source = new EventEmitter();
  const stopping = vi.fn();
  const exit = vi.fn();
  return { source, stopping, exit, interrupt: listenForInterrupt(source, stopping, exit) };
}

it('the first Ctrl-C aborts and says so, and does not end the program', () => {
  const { source, stopping, exit, interrupt } = listening();
  expect(interrupt.signal.aborted).toBe(false);
  source.emit('SIGINT');
  expect(interrupt.signal.aborted).toBe(true);
  expect(stopping).toHaveBeenCalledOnce();
  expect(exit).not.toHaveBeenCalled();
});

it('the second Ctrl-C ends the program with the status of an interrupt', () => {
  const { source, stopping, exit } = listening();
  source.emit('SIGINT');
  source.emit('SIGINT');
  expect(exit).toHaveBeenCalledExactlyOnceWith(130);
  expect(stopping).toHaveBeenCalledOnce();
});

it('once disarmed, the first Ctrl-C ends the program', () => {
  const { source, stopping, exit, interrupt } = listening();
  interrupt.disarm();
  source.emit('SIGINT');
  expect(exit).toHaveBeenCalledExactlyOnceWith(130);
  expect(stopping).not.toHaveBeenCalled();
  expect(interrupt.signal.aborted).toBe(false);
});
