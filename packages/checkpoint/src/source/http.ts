import { FlaxonError } from '@flaxon/tensor';
import type { ByteSource } from './source.js';

/** What is used of the answer to a request. */
export interface RangeResponse {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body?: { cancel(): Promise<void> } | null;
  arrayBuffer(): Promise<ArrayBuffer>;
}

export interface HttpSourceOptions {
  /** Headers of each request, such as `{ authorization: 'Bearer ...' }`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** What makes the requests; the global `fetch` by default. */
  readonly fetch?: (url: string, init: { readonly headers: Readonly<Record<string, string>> }) => Promise<RangeResponse>;
}

/** A server did not send the part of a file that was asked for. */
export class RangeRequestError extends FlaxonError {
  readonly url: string;
  /** The status of its answer. */
  readonly status: number;

  constructor(url: string, status: number, problem: string) {
    super(`httpSource: ${url} ${problem}. Read a file of a server that answers range requests, or load it whole and give \`bufferSource(bytes)\`.`);
    this.url = url;
    this.status = status;
  }
}

/** The size of the whole in `Content-Range: bytes 0-0/1234`, and where the part begins. */
function rangeOf(header: string | null): { readonly start: number; readonly size: number } | undefined {
  const [, start, size] = /^bytes (\d+)-\d+\/(\d+)$/u.exec(header?.trim() ?? '') ?? [];
  return start === undefined ? undefined : { start: Number(start), size: Number(size) };
}

/**
 * A file on a server as a source, read by range requests (RFC 9110, section 14): the header of a safetensors file and the tensors that are asked for, and
 * nothing else. A file that changes on the way is noticed by its `ETag`.
 * @throws RangeRequestError where the server does not send the part that was asked for
 */
export async function httpSource(url: string, { headers = {}, fetch: request = fetch }: HttpSourceOptions = {}): Promise<ByteSource> {
  const part = async (start: number, end: number): Promise<{ readonly response: RangeResponse; readonly size: number }> => {
    const response = await request(url, { headers: { ...headers, range: `bytes=${start}-${end - 1}` } });
    const range = rangeOf(response.headers.get('content-range'));
    if (response.status !== 206 || range?.start !== start) {
      // The whole file may be on its way.
      await response.body?.cancel();
      throw new RangeRequestError(url, response.status, `was asked for the bytes ${start} to ${end - 1} and answered with status ${response.status}`);
    }
    return { response, size: range.size };
  };

  const first = await part(0, 1);
  await first.response.arrayBuffer();
  const tag = first.response.headers.get('etag');
  return {
    size: first.size,
    read: async (offset, length) => {
      const end = Math.min(offset + length, first.size);
      if (end <= offset) return new Uint8Array(0);
      const { response, size } = await part(offset, end);
      if (size !== first.size || response.headers.get('etag') !== tag) {
        await response.body?.cancel();
        throw new RangeRequestError(url, response.status, 'has changed since it was opened');
      }
      return new Uint8Array(await response.arrayBuffer());
    },
  };
}
