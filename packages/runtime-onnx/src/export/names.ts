/** Names of inputs and outputs from the paths of their leaves. */

function unique(names: readonly string[], taken: Set<string>): string[] {
  return names.map((name) => {
    let free = name;
    for (let i = 1; taken.has(free); i++) free = `${name}_${i}`;
    taken.add(free);
    return free;
  });
}

/** A leaf without a path is a whole argument: `input`, or `input_0`, `input_1`, ... where there are several. */
function named(paths: readonly string[], noun: string): string[] {
  const anonymous = paths.filter((path) => path === '').length;
  let count = 0;
  return paths.map((path) => {
    if (path !== '') return path;
    return anonymous === 1 ? noun : `${noun}_${count++}`;
  });
}

export const inputNames = (paths: readonly string[]): string[] => unique(named(paths, 'input'), new Set());

/** What goes in and comes out under one path, such as `batch_stats/...`, comes out as `next/batch_stats/...`. */
export function outputNames(paths: readonly string[], inputs: readonly string[]): string[] {
  const taken = new Set(inputs);
  const wanted = named(paths.map((path) => (/^\d+(\/|$)/.test(path) ? `output_${path}` : path)), 'output');
  return unique(wanted.map((name) => (taken.has(name) ? `next/${name}` : name)), taken);
}
