/** The thread of a `WorkerPool` in Node: `onnxruntime-node`, loaded when the first request asks for it. */
import { parentPort } from 'node:worker_threads';
import { serveSessions } from './serve.mjs';

serveSessions(() => import('onnxruntime-node'), parentPort);
