import { fileURLToPath } from 'node:url';

const inData = (file: string): string => fileURLToPath(new URL(`../data/${file}`, import.meta.url));

/** The photographs that come with the program, by name; `data/README.md` has their licences. */
export const photographs = {
  chelsea: inData('chelsea.png'),
  coffee: inData('coffee.png'),
  rocket: inData('rocket.png'),
  astronaut: inData('astronaut.png'),
} as const satisfies Record<string, string>;

/** The file of a photograph's name; anything else is a path already. */
export function picturePath(nameOrPath: string): string {
  const known: Readonly<Record<string, string>> = photographs;
  return Object.hasOwn(known, nameOrPath) ? known[nameOrPath]! : nameOrPath;
}
