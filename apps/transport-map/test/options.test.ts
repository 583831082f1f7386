import { existsSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { helpText, OptionsError, parseOptions } from '../src/options.js';
import { photographs, picturePath } from '../src/photographs.js';

const optionsOf = (...args: string[]) => {
  const commandLine = parseOptions(args);
  if (commandLine.kind !== 'run') throw new Error('expected a run');
  return commandLine.options;
};

describe('parseOptions', () => {
  it('without arguments, chelsea gets the colours of coffee in 2000 steps', () => {
    expect(optionsOf()).toEqual({
      source: 'chelsea', target: 'coffee', steps: 2000, batch: 512, size: 512, seed: 0, device: 'cpu', out: 'out',
    });
  });

  it('every option is taken', () => {
    expect(optionsOf('--source', 'a.png', '--target=b.png', '--steps', '30', '--batch', '64', '--size', '100', '--seed', '7', '--device', 'webgpu', '--out', 'x')).toEqual({
      source: 'a.png', target: 'b.png', steps: 30, batch: 64, size: 100, seed: 7, device: 'webgpu', out: 'x',
    });
  });

  it('--quick shortens the run, unless the steps are given', () => {
    expect(optionsOf('--quick').steps).toBe(200);
    expect(optionsOf('--quick', '--steps', '40').steps).toBe(40);
  });

  it('--help asks for the help text, whatever else is said', () => {
    expect(parseOptions(['--help', '--steps', 'many'])).toEqual({ kind: 'help' });
  });

  it('an unknown option is an error that lists the options', () => {
    expect(() => parseOptions(['--sauce', 'x'])).toThrow(OptionsError);
    expect(() => parseOptions(['--sauce', 'x'])).toThrow(/'--sauce'.*\nThe options are --source, --target, --steps/);
  });

  it('an argument that belongs to no option is an error', () => {
    expect(() => parseOptions(['chelsea'])).toThrow(/'chelsea'/);
  });

  it('an option without its value is an error', () => {
    expect(() => parseOptions(['--seed'])).toThrow(/--seed/);
  });

  it.each([
    ['--steps', 'many', /--steps: "many" is not a whole number/],
    ['--steps', '0', /--steps: "0" is less than 1/],
    ['--batch', '1.5', /--batch: "1\.5" is not a whole number/],
    ['--size', '5', /--size: "5" is less than 8/],
    ['--seed=-1', '', /--seed: "-1" is less than 0/],
    ['--device', 'tpu', /--device: "tpu" is no device; there are cpu, cuda, webgpu/],
    ['--out', '', /--out: "" is empty/],
  ])('the value in %s %s is an error that says what is expected', (option, value, message) => {
    expect(() => parseOptions(option.includes('=') ? [option] : [option, value])).toThrow(message);
  });

  it('all bad values are named at once', () => {
    expect(() => parseOptions(['--steps', 'x', '--seed', 'y'])).toThrow(/--steps.*\n--seed/);
  });
});

it('the help text names every option with its default, and every photograph', () => {
  const text = helpText();
  for (const [name, value] of Object.entries(optionsOf())) expect(text).toMatch(new RegExp(`--${name} .*\\(${value}\\)`));
  for (const name of Object.keys(photographs)) expect(text).toContain(name);
});

describe('picturePath', () => {
  it('the name of a photograph stands for its file', () => {
    for (const name of Object.keys(photographs)) expect(existsSync(picturePath(name))).toBe(true);
  });

  it('anything else is a path, even a word that objects know', () => {
    expect(picturePath('my/picture.png')).toBe('my/picture.png');
    expect(picturePath('toString')).toBe('toString');
  });
});
