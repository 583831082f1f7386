import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export const repository = join(import.meta.dirname, '../../..');

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly packageManager?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly license?: string;
}

const readManifest = (folder: string): Manifest => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;

/** The folders of the packages that are published, below `packages/`. */
export const publicPackages: readonly string[] = readdirSync(join(repository, 'packages'))
  .filter((folder) => existsSync(join(repository, 'packages', folder, 'package.json')))
  .filter((folder) => readManifest(join(repository, 'packages', folder)).private !== true);

/** Runs a command to its end and gives what it printed; throws with everything it said if it fails. */
export function run(command: string, args: readonly string[], folder: string): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip', NO_COLOR: '1' },
  });
  if (status !== 0) throw new Error(`\`${command} ${args.join(' ')}\` in ${folder} ended with ${status ?? error?.message}:\n${stdout}\n${stderr}`);
  return stdout;
}

/** An empty project in which all published packages are installed from their tarballs, as a consumer has them. */
export class Consumer {
  readonly folder = mkdtempSync(join(tmpdir(), 'flaxon-consumer-'));
  /** Beside the other one: Node looks for packages in the folders around a project too. */
  readonly #others = mkdtempSync(join(tmpdir(), 'flaxon-alone-'));

  /** Builds, packs and installs. What is already built is not built again. */
  install(): void {
    const { packageManager } = readManifest(repository);
    if (packageManager === undefined) throw new Error('The root package.json names no packageManager: pin one, such as pnpm@10.34.9.');
    const tsc = join(repository, 'node_modules/typescript/bin/tsc');
    run(process.execPath, [tsc, '-b', ...publicPackages.map((name) => join('packages', name))], repository);
    const tarballs = join(this.folder, 'tarballs');
    mkdirSync(tarballs);
    const filters = publicPackages.flatMap((name) => ['--filter', `./packages/${name}`]);
    run('npx', ['-y', packageManager, ...filters, 'exec', 'pnpm', 'pack', '--pack-destination', tarballs], repository);
    writeFileSync(join(this.folder, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module' }));
    const files = readdirSync(tarballs).map((file) => join('tarballs', file));
    run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error', ...files.map((file) => `./${file}`)], this.folder);
  }

  installed(...path: string[]): string {
    return join(this.folder, 'node_modules', ...path);
  }

  /** Writes a file of the project and gives its path. */
  write(name: string, text: string): string {
    const path = join(this.folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return path;
  }

  /**
   * Another project that has one package and what that depends on, and nothing else, in its own folder or in one around it. The packages are links: Node
   * finds their dependencies in this project with `--preserve-symlinks`.
   */
  alone(packageName: string): string {
    const folder = join(this.#others, packageName);
    const link = (name: string): void => {
      const target = join(folder, 'node_modules', name);
      if (existsSync(target)) return;
      mkdirSync(dirname(target), { recursive: true });
      symlinkSync(this.installed(name), target, 'dir');
      for (const dependency of Object.keys(readManifest(target).dependencies ?? {})) link(dependency);
    };
    link(packageName);
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'alone', private: true, type: 'module' }));
    return folder;
  }

  /** Gives the consumer the repository's copy of a peer, sparing a download of hundreds of megabytes. */
  linkPeer(name: string, from: string): void {
    const resolved = createRequire(join(repository, 'packages', from, 'package.json')).resolve(`${name}/package.json`);
    symlinkSync(dirname(resolved), this.installed(name), 'dir');
  }

  remove(): void {
    for (const folder of [this.#others, this.folder]) rmSync(folder, { recursive: true, force: true });
  }
}
