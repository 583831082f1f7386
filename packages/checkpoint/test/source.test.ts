import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, open, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tensor } from '@flaxon/tensor';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { blobSource, bufferSource, fileSource, httpSource, httpStorage, MissingFileError, openSafetensors, RangeRequestError, readTensors, SafetensorsFile, toSafetensors, type ByteSource } from '../src/index.js';

const content = Uint8Array.from({ length: 100 }, (_, i) => i);

let folder = '';
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'flaxon-source-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A server of `bytes`, with what it was asked for. */
async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** What a server that knows ranges answers. */
const ranged = (files: Readonly<Record<string, Uint8Array>>, tag = () => '"1"', asked: string[] = []): RequestListener => (request, response) => {
  const bytes = files[decodeURIComponent(request.url!.slice(1))];
  if (bytes === undefined) return void response.writeHead(404).end();
  asked.push(request.headers.range!);
  const [, start, last] = /^bytes=(\d+)-(\d+)$/u.exec(request.headers.range!)!;
  const part = bytes.subarray(Number(start), Number(last) + 1);
  return void response.writeHead(206, { 'content-range': `bytes ${start}-${Number(start) + part.length - 1}/${bytes.length}`, etag: tag() }).end(part);
};

const sources: readonly (readonly [string, () => Promise<ByteSource>])[] = [
  ['a buffer', async () => bufferSource(content)],
  ['a file', async () => {
    await writeFile(join(folder, 'content'), content);
    return fileSource(join(folder, 'content'));
  }],
  ['a blob', async () => blobSource(new Blob([content]))],
  ['a server', async () => httpSource(`${await serve(ranged({ content }))}/content`)],
];

describe.each(sources)('%s as a source', (_, make) => {
  it('has a size, and gives the bytes at any place', async () => {
    const source = await make();
    expect(source.size).toBe(100);
    expect([...(await source.read(7, 3))]).toEqual([7, 8, 9]);
    expect([...(await source.read(0, 2))]).toEqual([0, 1]);
    await source.close?.();
  });

  it('gives fewer bytes where it ends, and none behind', async () => {
    const source = await make();
    expect([...(await source.read(98, 10))]).toEqual([98, 99]);
    expect([...(await source.read(100, 10))]).toEqual([]);
    await source.close?.();
  });
});

describe('fileSource', () => {
  it('reads tensors past 4 GiB', async () => {
    // A file of five gibibytes that takes no space: what was not written is zero.
    const path = join(folder, 'large.safetensors');
    const gap = 5 * 2 ** 30;
    const header = Buffer.from(
      JSON.stringify({ gap: { dtype: 'U8', shape: [gap], data_offsets: [0, gap] }, last: { dtype: 'F32', shape: [3], data_offsets: [gap, gap + 12] } }),
    );
    const prefix = Buffer.alloc(8);
    prefix.writeBigUInt64LE(BigInt(header.length));
    await writeFile(path, Buffer.concat([prefix, header]));
    await truncate(path, 8 + header.length + gap + 12);
    const handle = await open(path, 'r+');
    await handle.write(new Uint8Array(Float32Array.of(1.5, -2, 3).buffer), 0, 12, 8 + header.length + gap);
    await handle.close();

    const file = await SafetensorsFile.open(await fileSource(path));
    expect(file.specs.get('last')).toMatchObject({ dtype: 'float32', shape: [3] });
    expect((await file.tensor('last')).toArray()).toEqual([1.5, -2, 3]);
    await file.close();
  });

  it('lets go of the file when it is closed', async () => {
    await writeFile(join(folder, 'content'), content);
    const source = await fileSource(join(folder, 'content'));
    await source.close!();
    await expect(source.read(0, 1)).rejects.toThrow();
  });
});

describe('httpSource', () => {
  const tree = { encoder: { kernel: tensor([[1, 2], [3, 4]]) }, head: { kernel: tensor(new Float32Array(1000)) } };

  it('fetches the header and the tensors that are asked for, and nothing else', async () => {
    const asked: string[] = [];
    const bytes = toSafetensors(tree);
    const file = await openSafetensors(httpStorage(await serve(ranged({ 'model.safetensors': bytes }, undefined, asked))));
    const { encoder } = await readTensors(file, { filter: (name) => name.startsWith('encoder.') });
    expect(Object.keys(encoder as object)).toEqual(['kernel']);
    const start = bytes.length - 4016;
    expect(asked).toEqual(['bytes=0-0', 'bytes=0-7', `bytes=8-${start - 1}`, `bytes=${start}-${start + 15}`]);
  });

  it('sends the headers that are given', async () => {
    const url = await serve((request, response) => (request.headers.authorization === 'Bearer secret' ? ranged({ content })(request, response) : void response.writeHead(401).end()));
    await expect(httpSource(`${url}/content`)).rejects.toThrow(/status 401/);
    expect((await httpSource(`${url}/content`, { headers: { authorization: 'Bearer secret' } })).size).toBe(100);
  });

  it('refuses a server that sends the whole', async () => {
    const url = await serve((_request, response) => void response.writeHead(200).end(content));
    await expect(httpSource(`${url}/content`)).rejects.toThrow(RangeRequestError);
  });

  it('notices that the file changes on the way', async () => {
    let version = 0;
    const source = await httpSource(`${await serve(ranged({ content }, () => `"${version}"`))}/content`);
    version++;
    await expect(source.read(0, 4)).rejects.toThrow(/has changed/);
  });

  it('tells a file that is not there from a server that fails', async () => {
    const missing = httpStorage(await serve(ranged({})));
    await expect(openSafetensors(missing)).rejects.toThrow(MissingFileError);
    const failing = httpStorage(await serve((_request, response) => void response.writeHead(500).end()));
    await expect(openSafetensors(failing)).rejects.toThrow(RangeRequestError);
  });
});
