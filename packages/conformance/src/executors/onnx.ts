import { MissingError } from '../errors.js';
import type { Executor } from './executor.js';
export const onnx: Executor = { name: 'onnx', prepare() { throw new MissingError('compile'); } };
