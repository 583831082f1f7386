import { readFile } from 'node:fs/promises';

/** A file of sentences that cannot be used. */
export class SentencesError extends Error {
  override readonly name = 'SentencesError';
  readonly path: string;

  constructor(path: string, problem: string, cause?: unknown) {
    super(`${path}: ${problem}`, { cause });
    this.path = path;
  }
}

/** What is ranked where no file is given: pairs that say like things in other words. */
export const exampleSentences: readonly string[] = [
  'A man is eating food.',
  'Someone has a meal.',
  'The girl is carrying a baby.',
  'A young woman holds an infant in her arms.',
  'Two men pushed carts through the woods.',
  'How do I reset my password?',
  'I cannot log in any more.',
  'The central bank raised interest rates by half a point.',
  'Borrowing money becomes more expensive.',
  'A cheetah is running behind its prey.',
];

/** The lines of a text file that are not blank. @throws SentencesError where it is not there or has none */
export async function readSentences(path: string): Promise<readonly string[]> {
  const lines = (await readText(path)).split(/\r?\n/u).filter((line) => line.trim() !== '');
  if (lines.length === 0) throw new SentencesError(path, 'has no sentences; expected one a line.');
  return lines;
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new SentencesError(path, `cannot be read: ${error instanceof Error ? error.message : String(error)}.`, error);
  }
}
