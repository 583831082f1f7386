import type { EmbeddingEvent, EmbeddingListener } from './events.js';

/** Where progress is shown: `process.stderr`, or a stand-in for it. */
export interface ProgressOutput {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** Shows events: on a terminal the number of embedded sentences is one line that is drawn again, elsewhere it is said at the end. */
export function createProgress(output: ProgressOutput): EmbeddingListener {
  const clear = output.isTTY === true ? '\r\u001B[2K' : '';
  return (event) => {
    const ends = event.kind !== 'embedded' || event.done === event.total;
    if (ends) output.write(`${clear}${eventLine(event)}\n`);
    else if (output.isTTY === true) output.write(`${clear}${eventLine(event)}`);
  };
}

/** An event in words. */
export function eventLine(event: EmbeddingEvent): string {
  switch (event.kind) {
    case 'loaded':
      return `read ${(event.parameters / 1e6).toFixed(1)} million parameters in ${event.seconds.toFixed(1)} s`;
    case 'exported':
      return `made a graph of ${event.nodes} nodes in ${event.seconds.toFixed(1)} s`;
    case 'truncated':
      return `note: sentence ${event.sentence} has ${event.tokens} tokens; the first ${event.maxLength} count`;
    case 'embedded':
      return `embedded ${event.done} of ${event.total} sentences in ${event.seconds.toFixed(1)} s`;
  }
}
