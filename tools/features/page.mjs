/** The page that says which names of JAX exist here, from JAX's names, the tables beside this file, and what the packages export. */
import { dtypeNames, leftOut, renamed } from './names.mjs';

const camelCase = (name) => name.replace(/_+$/, '').replace(/_(\w)/g, (_, letter) => letter.toUpperCase());

const reasons = new Map(leftOut.flatMap(([reason, names]) => names.map((name) => [name, reason])));

const memberOf = (owner, path) => path.split('.').reduce((value, name) => (value === undefined || value === null ? undefined : Reflect.get(Object(value), name)), owner);

/** Where a name may be: namespaces of the tensor package are searched by the module that has the name in JAX. */
const namespaces = { 'jnp.linalg': ['', 'linalg.'], 'jnp.fft': ['fft.', ''], 'jax.scipy.linalg': ['', 'linalg.'] };

/**
 * @param {string} module
 * @param {string} name
 * @param {Readonly<Record<string, object>>} packages what each package exports, by its name
 * @returns {{ mark: '✅' | '❌' | '—', here: string, note: string }}
 */
export function rowOf(module, name, packages) {
  const own = [`${module}.${name}`, name].filter((key) => Object.hasOwn(renamed, key)).map((key) => renamed[key])[0];
  if (own === undefined && dtypeNames.includes(name)) return { mark: '✅', here: `'${name.replace(/_$/, '')}'`, note: 'a string of `Dtype`' };
  if (own === undefined && reasons.has(name)) return { mark: '—', here: '', note: reasons.get(name) };
  const candidates = (namespaces[module] ?? ['']).map((prefix) => `${prefix}${own ?? camelCase(name)}`);
  const found = candidates.find((candidate) => exists(candidate, packages));
  return found === undefined ? { mark: '❌', here: '', note: 'not written yet' } : { mark: '✅', here: `\`${found.replace('global.', '')}\``, note: '' };
}

function exists(candidate, packages) {
  const [first, ...rest] = candidate.split('.');
  if (first === 'global') return memberOf(globalThis, rest.join('.')) !== undefined;
  if (rest.length > 0 && Object.hasOwn(packages, first)) return memberOf(packages[first], rest.join('.')) !== undefined;
  return memberOf(packages.tensor, candidate) !== undefined;
}

function tableOf(module, names, packages) {
  const rows = names.map((name) => ({ name, ...rowOf(module, name, packages) }));
  const count = (mark) => rows.filter((row) => row.mark === mark).length;
  const lines = rows.map(({ name, mark, here, note }) => `| \`${name}\` | ${here} | ${mark} | ${note} |`);
  return {
    summary: `| [\`${module}\`](#${module.replaceAll('.', '').toLowerCase()}) | ${count('✅')} | ${count('❌')} | ${count('—')} |`,
    text: [`## \`${module}\``, '', '| JAX | here | | |', '|---|---|---|---|', ...lines].join('\n'),
  };
}

/**
 * @param {{ source: string, modules: Readonly<Record<string, readonly string[]>> }} jax
 * @param {Readonly<Record<string, object>>} packages
 */
export function featuresPage({ source, modules }, packages) {
  const tables = Object.entries(modules).map(([module, names]) => tableOf(module, names, packages));
  return [
    '# What of JAX is here',
    '',
    'Name by name, for the modules that a Flax user imports. ✅ is there, ❌ is not there yet, — is left out, with the reason. The page is made from JAX\'s names',
    `(${source}) and from what the packages export: \`vitest run tools/test/features --update\` writes it, and the same test fails where it is out of date.`,
    '',
    'Names are those of `@flaxon/tensor` unless they begin with another package. Arguments come first, options last as one object, in camelCase. The common functions',
    'are also methods: `x.sum({ axis: 0 })`, `x.at([0]).add(1)`. How far numbers agree is what `packages/conformance` and `packages/tensor/test/jax` measure.',
    '',
    '| module | ✅ | ❌ | — |',
    '|---|---|---|---|',
    ...tables.map(({ summary }) => summary),
    '',
    ...tables.map(({ text }) => `${text}\n`),
  ].join('\n');
}
