import { parseArgs } from 'node:util';

import { z } from 'zod';

/** A command line that cannot be understood; `message` says what exists. */
export class OptionsError extends Error {
  override readonly name = 'OptionsError';
}

const executors = ['onnx', 'eager'] as const;

interface Option {
  readonly type: 'string' | 'boolean';
  /** What stands for the value in the help text. */
  readonly value?: string;
  readonly initial?: string;
  readonly help: string;
}

const options = {
  query: { type: 'string', value: 'TEXT', help: 'ranks the sentences by their similarity to this one; without it, all pairs are ranked' },
  sentences: { type: 'string', value: 'FILE', help: 'a text file with a sentence a line, in place of the examples' },
  top: { type: 'string', value: 'N', initial: '10', help: 'rows of the table' },
  export: { type: 'string', value: 'FILE', help: 'writes the encoder as one ONNX graph for any batch and length' },
  executor: { type: 'string', value: 'NAME', initial: 'onnx', help: `what computes: ${executors.join(', ')}` },
  help: { type: 'boolean', help: 'show this text' },
} as const satisfies Record<string, Option>;

const schema = z.object({
  folder: z.string().min(1, 'is empty'),
  query: z.string().optional(),
  sentences: z.string().min(1, 'is empty').optional(),
  top: z
    .string()
    .regex(/^\d+$/u, 'is not a whole number')
    .transform(Number)
    .pipe(z.number().min(1, 'is less than 1').max(1_000_000, 'is more than 1000000')),
  export: z.string().min(1, 'is empty').optional(),
  executor: z.enum(executors, { error: `is no executor; there are ${executors.join(', ')}` }),
});

/** What a run was asked to do. */
export type Options = z.infer<typeof schema>;

/** The parsed command line: a run, or a request for the help text. */
export type CommandLine = { readonly kind: 'help' } | { readonly kind: 'run'; readonly options: Options };

/**
 * Reads the arguments after the program's name.
 *
 * @throws OptionsError when the folder is missing, or an option is unknown, lacks its value, or has a value that is no good.
 */
export function parseOptions(args: readonly string[]): CommandLine {
  const { values, positionals } = splitArguments(args);
  if (values.help) return { kind: 'help' };
  if (positionals.length !== 1) throw new OptionsError(`Expected the folder of one model, found ${positionals.length === 0 ? 'none' : positionals.join(', ')}.\n${usage}`);
  const defaults = Object.fromEntries(Object.entries(options).flatMap(([name, option]) => ('initial' in option ? [[name, option.initial]] : [])));
  const given: Readonly<Record<string, unknown>> = { ...defaults, ...values, folder: positionals[0] };
  const parsed = schema.safeParse(given);
  if (parsed.success) return { kind: 'run', options: parsed.data };
  const problems = parsed.error.issues.map((issue) => `--${String(issue.path[0])}: ${JSON.stringify(given[String(issue.path[0])])} ${issue.message}.`);
  throw new OptionsError(problems.join('\n'));
}

function splitArguments(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: true });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const names = Object.keys(options).map((name) => `--${name}`);
    throw new OptionsError(`${error.message.split('. To specify')[0]}.\nThe options are ${names.join(', ')}.`, { cause: error });
  }
}

const usage = 'Usage: embeddings FOLDER [options]';

/** The text of `--help`. */
export function helpText(): string {
  const rows = Object.entries(options as Record<string, Option>).map(([name, option]) => {
    const left = `--${name}${option.value ? ` ${option.value}` : ''}`;
    return `  ${left.padEnd(18)}${option.help}${option.initial === undefined ? '' : ` (${option.initial})`}`;
  });
  return [
    'Embeds sentences with a BERT encoder such as all-MiniLM-L6-v2, and ranks them by similarity.',
    '',
    usage,
    '',
    '  FOLDER            where `config.json`, `tokenizer.json` and `model.safetensors` are, or a folder that has them in `model`',
    ...rows,
  ].join('\n');
}
