export { topK, type TopKOptions } from './top-k.js';
