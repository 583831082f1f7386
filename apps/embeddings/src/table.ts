/** Longer texts are cut: a row is one line. */
const widest = 60;

/** Control characters and line breaks as blanks, and no more than `widest` characters. */
function cell(text: string): string {
  const characters = [...text.replaceAll(/[\s\p{Cc}]+/gu, ' ')];
  return characters.length <= widest ? characters.join('') : `${characters.slice(0, widest - 3).join('')}...`;
}

/** Rows of cells below a head, in columns as wide as their widest cell; those of which the head ends in a blank are flush right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head.map((name) => name.trimEnd()), ...rows.map((row) => row.map(cell))];
  const widths = head.map((_, column) => Math.max(...lines.map((line) => [...line[column]!].length)));
  const padded = (text: string, column: number): string => {
    const blanks = ' '.repeat(widths[column]! - [...text].length);
    return head[column]!.endsWith(' ') ? blanks + text : text + blanks;
  };
  return lines.map((line) => line.map(padded).join('  ').trimEnd()).join('\n');
}
