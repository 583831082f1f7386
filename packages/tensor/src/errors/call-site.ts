/** Where the code of a user called into the library: the first frame of the stack that is in none of its packages. */

/** Deep enough for a function inside several transformations; runtimes keep 10 frames by default. */
const deepest = 200;

/**
 * `https://host/a.js:3:5`, `/home/a.ts:3:5`, `C:\a.ts:3:5`, `file:///a.ts:3:5`, at the end of a line, in brackets or not. What runs below every
 * program, such as `node:internal/timers:1:1`, has no such place.
 */
const position = /(?:\(|@|^\s*at (?:async )?)((?:[a-z][a-z+.-]*:\/\/|\/|[A-Za-z]:[\\/]).*?):(\d+):(\d+)\)?$/;

/** Where this file is read from; a bundle that is a script and no module does not know. */
const ownUrl: string | undefined = import.meta.url;

/** The folder of all packages where this file is read from one of them, and not from a bundle. */
const packages = /^(.*\/)tensor\/(?:src|dist)\/errors\/call-site\.[jt]s$/.exec((ownUrl ?? '').replace(/^file:\/\//, ''))?.[1];

function isLibrary(file: string): boolean {
  const path = file.replaceAll('\\', '/').replace(/^file:\/\//, '');
  if (path.includes('/node_modules/@flaxon/')) return true;
  return packages !== undefined && path.startsWith(packages) && /^[^/]+\/(?:src|dist)\//.test(path.slice(packages.length));
}

function stackHere(): string {
  const holder: { stack?: string } = {};
  // What of this there is depends on the runtime.
  const settings: { stackTraceLimit?: number; captureStackTrace?: (target: object, above: () => string) => void } = Error;
  const before = settings.stackTraceLimit;
  settings.stackTraceLimit = deepest;
  try {
    if (settings.captureStackTrace === undefined) return new Error('stack').stack ?? '';
    settings.captureStackTrace(holder, stackHere);
    return holder.stack ?? '';
  } finally {
    if (before === undefined) delete settings.stackTraceLimit;
    else settings.stackTraceLimit = before;
  }
}

/** The name of the function in a frame, where it has one: `at f (place)` or `f@place`. */
function functionOf(line: string): string | undefined {
  const name = /^\s*at (?:async )?(.+?) \(/.exec(line)?.[1] ?? /^\s*([^@\s]+)@/.exec(line)?.[1];
  return name === undefined || name === '<anonymous>' || name.startsWith('new ') ? undefined : name;
}

/** `loss (/home/me/model.ts:12:5)`; undefined where the stack has no frame outside the library, as in a bundle. */
export function findCallSite(stack: string = stackHere()): string | undefined {
  for (const line of stack.split('\n')) {
    const found = position.exec(line);
    if (!found || isLibrary(found[1]!)) continue;
    const place = `${found[1]!.replace(/^file:\/\//, '')}:${found[2]}:${found[3]}`;
    const name = functionOf(line);
    return name === undefined ? place : `${name} (${place})`;
  }
  return undefined;
}
