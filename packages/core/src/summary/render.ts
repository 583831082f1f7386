import type { ModuleSummary } from './summary.js';

/** The texts of the table, row by row; a cell may have several lines. */
function cellsOf(summary: ModuleSummary): { readonly body: string[][]; readonly footer: string[] } {
  const { columns, rows, totals } = summary;
  const sums = Object.values(totals).map(({ text }) => text);
  const before = columns.slice(sums.length + 1).map(() => '');
  return { body: rows.map((row) => summary.cells(row)), footer: [...before, 'Total', ...sums] };
}

const lengthOf = (text: string): number => [...text].length;
const pad = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - lengthOf(text)));
const centre = (text: string, width: number): string => ' '.repeat(Math.max(0, Math.floor((width - lengthOf(text)) / 2))) + text;

/** A table drawn with lines, the title above it and the caption below. */
export function renderTerminal(summary: ModuleSummary): string {
  const { body, footer } = cellsOf(summary);
  const all = [[...summary.columns], ...body, footer];
  const widths = summary.columns.map((_, column) => Math.max(...all.flatMap((row) => row[column]!.split('\n').map(lengthOf))));
  const rule = (left: string, middle: string, right: string): string => left + widths.map((width) => '─'.repeat(width + 2)).join(middle) + right;
  const lines = [rule('┌', '┬', '┐'), ...all.flatMap((row, i) => [...(i === 0 ? [] : [rule('├', '┼', '┤')]), ...drawRow(row, widths)]), rule('└', '┴', '┘')];
  const width = lengthOf(lines[0]!);
  return [centre(summary.title, width), ...lines, ...summary.caption.split('\n').map((line) => centre(line, width))].join('\n');
}

function drawRow(row: readonly string[], widths: readonly number[]): string[] {
  const cells = row.map((cell) => cell.split('\n'));
  const height = Math.max(...cells.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) => `│ ${cells.map((lines, column) => pad(lines[line] ?? '', widths[column]!)).join(' │ ')} │`);
}

const escapeCell = (cell: string): string => cell.replaceAll('|', String.raw`\|`).replaceAll('\n', '<br>');

/** The table in Markdown, the title as a heading. */
export function renderMarkdown(summary: ModuleSummary): string {
  const { body, footer } = cellsOf(summary);
  const line = (cells: readonly string[]): string => `| ${cells.map(escapeCell).join(' | ')} |`;
  const rule = `|${summary.columns.map(() => '---').join('|')}|`;
  return [`### ${summary.title}`, '', line(summary.columns), rule, ...body.map(line), line(footer), '', summary.caption].join('\n');
}
