import { fileURLToPath } from 'node:url';

/** The cases of this package. */
export const ownCases = fileURLToPath(new URL('../cases/', import.meta.url));
