import { parseArgs } from 'node:util';

import { z } from 'zod';

import { photographs } from './photographs.js';

/** A command line that cannot be understood; `message` says what exists. */
export class OptionsError extends Error {
  override readonly name = 'OptionsError';
}

const wholeNumber = (least: number, most: number) =>
  z
    .string()
    .regex(/^-?\d+$/, 'is not a whole number')
    .transform(Number)
    .pipe(z.number().min(least, `is less than ${least}`).max(most, `is more than ${most}`));

const devices = ['cpu', 'cuda', 'webgpu'] as const;

interface Option {
  readonly type: 'string' | 'boolean';
  /** What stands for the value in the help text. */
  readonly value?: string;
  readonly initial?: string;
  readonly help: string;
}

const options = {
  source: { type: 'string', value: 'PNG', initial: 'chelsea', help: 'the picture to repaint: a PNG file, or one of the photographs' },
  target: { type: 'string', value: 'PNG', initial: 'coffee', help: 'the picture whose colours it gets' },
  steps: { type: 'string', value: 'N', initial: '2000', help: 'training steps' },
  batch: { type: 'string', value: 'N', initial: '512', help: 'pixels of each picture in a step' },
  size: { type: 'string', value: 'PIXELS', initial: '512', help: 'larger pictures are reduced to this longest side' },
  seed: { type: 'string', value: 'N', initial: '0', help: 'seed of the parameters and of all sampling' },
  device: { type: 'string', value: 'NAME', initial: 'cpu', help: `where the graphs run: ${devices.join(', ')}` },
  out: { type: 'string', value: 'FOLDER', initial: 'out', help: 'where the results go' },
  quick: { type: 'boolean', help: 'a short run to see it work: 200 steps unless --steps says otherwise' },
  help: { type: 'boolean', help: 'show this text' },
} as const satisfies Record<string, Option>;

const schema = z.object({
  source: z.string().min(1, 'is empty'),
  target: z.string().min(1, 'is empty'),
  steps: wholeNumber(1, 1_000_000),
  batch: wholeNumber(1, 65_536),
  size: wholeNumber(8, 1024),
  seed: wholeNumber(0, 2 ** 31 - 1),
  device: z.enum(devices, { error: ({ input }) => `${JSON.stringify(input)} is no device; there are ${devices.join(', ')}` }),
  out: z.string().min(1, 'is empty'),
});

/** What a run was asked to do. */
export type Options = z.infer<typeof schema>;

/** The parsed command line: a run, or a request for the help text. */
export type CommandLine = { readonly kind: 'help' } | { readonly kind: 'run'; readonly options: Options };

const quickSteps = '200';

/**
 * Reads the arguments after the program's name.
 *
 * @throws OptionsError when an option is unknown, lacks its value, or has a value that is no good.
 */
export function parseOptions(args: readonly string[]): CommandLine {
  const given = splitArguments(args);
  if (given.help) return { kind: 'help' };
  const defaults = Object.fromEntries(Object.entries(options).flatMap(([name, option]) => ('initial' in option ? [[name, option.initial]] : [])));
  const parsed = schema.safeParse({ ...defaults, ...(given.quick ? { steps: quickSteps } : {}), ...given });
  if (parsed.success) return { kind: 'run', options: parsed.data };
  const problems = parsed.error.issues.map((issue) => {
    const name = String(issue.path[0]);
    return issue.path[0] === 'device' ? `--device: ${issue.message}.` : `--${name}: ${JSON.stringify(given[name as keyof typeof given])} ${issue.message}.`;
  });
  throw new OptionsError(problems.join('\n'));
}

function splitArguments(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: false }).values;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const names = Object.keys(options).map((name) => `--${name}`);
    throw new OptionsError(`${error.message.split('. To specify')[0]}.\nThe options are ${names.join(', ')}.`, { cause: error });
  }
}

/** The text of `--help`. */
export function helpText(): string {
  const rows = Object.entries(options as Record<string, Option>).map(([name, option]) => {
    const left = `--${name}${option.value ? ` ${option.value}` : ''}`;
    return `  ${left.padEnd(16)}${option.help}${option.initial === undefined ? '' : ` (${option.initial})`}`;
  });
  return [
    'Repaints one picture in the colours of another, along the optimal-transport map between their pixels.',
    '',
    'Usage: transport-map [options]',
    '',
    ...rows,
    '',
    `Photographs that come with the program: ${Object.keys(photographs).join(', ')}.`,
    'Ctrl-C ends the training and keeps the best map so far; a second Ctrl-C ends the program.',
  ].join('\n');
}
