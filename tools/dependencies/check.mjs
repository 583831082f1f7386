import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { findImports } from './imports.mjs';
import { everything, mayKnow, runsInBrowsers, scope } from './rules.mjs';

/** @typedef {{ place: string, message: string, fix: string }} Problem */

/**
 * @typedef {object} Package
 * @property {string} name the folder's name, without the scope
 * @property {string} folder absolute
 * @property {boolean} isApp of `apps` or `examples`: it may know every package, and nothing knows it
 * @property {any} manifest package.json
 * @property {string} manifestText
 */

/**
 * Checks the dependency rule in the manifests and in the imports of all packages below `root`.
 * @param {string} root
 * @returns {Problem[]} in the order of files; empty if the rule holds
 */
export function checkDependencies(root) {
  const packages = readPackages(root);
  const rootDependencies = readJson(join(root, 'package.json'))?.devDependencies ?? {};
  const context = { root, packages, rootDependencies };
  return [
    ...packages.flatMap((each) => checkManifest(each, context)),
    ...checkCycles(context),
    ...packages.flatMap((each) => checkImports(each, context)),
  ];
}

const readJson = (path) => (existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined);

/** @returns {Package[]} */
function readPackages(root) {
  return ['packages', 'apps', 'examples'].flatMap((parent) => {
    if (!existsSync(join(root, parent))) return [];
    return readdirSync(join(root, parent), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && existsSync(join(root, parent, entry.name, 'package.json')))
      .map((entry) => {
        const folder = join(root, parent, entry.name);
        const manifestText = readFileSync(join(folder, 'package.json'), 'utf8');
        return { name: entry.name, folder, isApp: parent !== 'packages', manifest: JSON.parse(manifestText), manifestText };
      });
  });
}

function allows(from, to) {
  if (from.isApp) return !to.isApp;
  const allowed = mayKnow[from.name];
  return allowed === everything || (allowed?.includes(to.name) ?? false);
}

function describeAllowed(each) {
  if (each.isApp) return 'no other app';
  const allowed = mayKnow[each.name];
  if (allowed === undefined) return 'no other package until tools/dependencies/rules.mjs names it';
  if (allowed === everything) return 'everything';
  return allowed.length === 0 ? 'no other package' : `only ${allowed.map((name) => scope + name).join(', ')}`;
}

/** What a package declares for those who install it. */
const runtimeDependencies = ({ manifest }) => ({ ...manifest.dependencies, ...manifest.peerDependencies, ...manifest.optionalDependencies });

const lineOf = (text, needle) => text.slice(0, Math.max(0, text.indexOf(needle))).split('\n').length;

/** Rule 1: a manifest depends only on packages that its package may know; what is public depends on nothing private. */
function checkManifest(each, { root, packages }) {
  const problems = [];
  for (const dependency of Object.keys(runtimeDependencies(each))) {
    const target = packages.find(({ manifest }) => manifest.name === dependency);
    if (target === undefined) continue;
    const place = `${relative(root, join(each.folder, 'package.json'))}:${lineOf(each.manifestText, `"${dependency}"`)}`;
    if (!allows(each, target)) {
      problems.push({
        place,
        message: `${each.manifest.name} depends on ${dependency}, but may know ${describeAllowed(each)}`,
        fix: 'remove the dependency, or move what needs it to a package higher up',
      });
    } else if (target.manifest.private === true && each.manifest.private !== true) {
      problems.push({
        place,
        message: `${each.manifest.name} is published and depends on ${dependency}, which is private`,
        fix: 'move what it needs to a published package',
      });
    }
  }
  return problems;
}

/** Rule 2: no cycle, counting what only tests need, or the packages could not be built in any order. */
function checkCycles({ root, packages }) {
  const byName = new Map(packages.map((each) => [each.manifest.name, each]));
  const finished = new Set();
  const problems = [];
  const visit = (each, path) => {
    const start = path.indexOf(each);
    if (start !== -1) {
      const cycle = [...path.slice(start), each].map(({ manifest }) => manifest.name).join(' -> ');
      problems.push({
        place: `${relative(root, join(each.folder, 'package.json'))}:1`,
        message: `the packages depend on each other in a cycle: ${cycle}`,
        fix: 'remove one of the dependencies (development ones count too)',
      });
      return;
    }
    if (finished.has(each)) return;
    for (const dependency of Object.keys({ ...runtimeDependencies(each), ...each.manifest.devDependencies })) {
      const target = byName.get(dependency);
      if (target !== undefined) visit(target, [...path, each]);
    }
    finished.add(each);
  };
  for (const each of packages) visit(each, []);
  return problems;
}

const sourceFile = /\.[cm]?[jt]s$/;

function filesBelow(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'node_modules' || entry.name === 'dist' ? [] : filesBelow(path);
    return sourceFile.test(entry.name) ? [path] : [];
  });
}

function checkImports(each, context) {
  const sources = join(each.folder, 'src') + sep;
  return filesBelow(each.folder).flatMap((file) => {
    const place = relative(context.root, file);
    return findImports(readFileSync(file, 'utf8')).flatMap(({ specifier, line }) => {
      const problem = checkImport(each, { file, specifier, isSource: file.startsWith(sources) }, context);
      return problem === undefined ? [] : [{ place: `${place}:${line}`, ...problem }];
    });
  });
}

/** Rules 3 to 7, for one import. */
function checkImport(each, { file, specifier, isSource }, { root, packages, rootDependencies }) {
  if (specifier.startsWith('.')) {
    // Rule 3: a relative path stays inside its package.
    const target = resolve(dirname(file), specifier);
    if (target === each.folder || target.startsWith(each.folder + sep)) return undefined;
    const owner = packages.find(({ folder }) => target.startsWith(folder + sep));
    return {
      message: `\`${specifier}\` leads out of ${each.manifest.name}`,
      fix: owner === undefined ? `keep to files inside ${relative(root, each.folder)}` : `import from '${owner.manifest.name}'`,
    };
  }
  // Rule 4: what runs in browsers imports no module of Node.
  if (isBuiltin(specifier)) {
    if (!isSource || each.isApp || !runsInBrowsers.has(each.name)) return undefined;
    return { message: `${each.manifest.name} runs in browsers and imports Node's \`${specifier}\``, fix: 'take what it gives as an argument, or do without it' };
  }
  const dependency = specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
  const target = packages.find(({ manifest }) => manifest.name === dependency);
  // Rule 5: other packages are entered by their exports only.
  if (target !== undefined && specifier !== dependency && !isExported(target, specifier.slice(dependency.length))) {
    return { message: `\`${specifier}\` is inside ${dependency}, not one of its exports`, fix: `import from '${dependency}', and export there what is missing` };
  }
  if (isSource && target !== undefined && target !== each && !allows(each, target)) {
    // Rule 6: the arrows.
    return { message: `${each.manifest.name} imports ${dependency}, but may know ${describeAllowed(each)}`, fix: 'move what needs it to a package higher up' };
  }
  // Rule 7: what is imported is declared: in tests for development, in sources for those who install the package.
  const declared = isSource ? runtimeDependencies(each) : { ...rootDependencies, ...runtimeDependencies(each), ...each.manifest.devDependencies };
  if (dependency in declared || (target === each && !isSource)) return undefined;
  return {
    message: `\`${dependency}\` is not declared in the package.json of ${each.manifest.name}`,
    fix: isSource ? `add it to "dependencies" (or "peerDependencies") of ${relative(root, each.folder)}/package.json` : 'add it to "devDependencies"',
  };
}

/** Whether `subpath` (`/package.json`) is a key of the target's exports that is not closed by null. */
function isExported({ manifest }, subpath) {
  const entry = manifest.exports?.[`.${subpath}`];
  return entry !== undefined && entry !== null;
}
