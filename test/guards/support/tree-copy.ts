import { spawn, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

const ROOT = join(__dirname, '../../..');
const TOOLS = join(ROOT, 'node_modules', '.bin');

export interface GuardRun {
  code: number | null;
  /** What it said, standard error included. */
  output: string;
  /** Standard output alone, for reports in JSON. */
  stdout: string;
}

/** A copy of what git tracks or would track, to be broken on purpose. It shares node_modules with the project. */
export class TreeCopy {
  private constructor(readonly dir: string) {}

  static make(): TreeCopy {
    const dir = mkdtempSync(join(tmpdir(), 'lienthong-guards-'));
    for (const file of trackedFiles()) cpSync(join(ROOT, file), join(dir, file));
    symlinkSync(join(ROOT, 'node_modules'), join(dir, 'node_modules'), 'dir');
    return new TreeCopy(dir);
  }

  /** Copies the built program too: it finds its project by its own place. */
  addBuiltProgram(): void {
    cpSync(join(ROOT, 'dist'), join(this.dir, 'dist'), { recursive: true });
  }

  read(path: string): string {
    return readFileSync(join(this.dir, path), 'utf8');
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.dir, path)), { recursive: true });
    writeFileSync(join(this.dir, path), text);
  }

  edit(path: string, change: (text: string) => string): void {
    const before = this.read(path);
    const after = change(before);
    if (after === before) throw new Error(`the planted change left ${path} as it was`);
    this.write(path, after);
  }

  delete(path: string): void {
    rmSync(join(this.dir, path));
  }

  /** Runs a tool of node_modules/.bin in the copy, with its Node 24. */
  run(tool: string, args: readonly string[]): Promise<GuardRun> {
    const child = spawn(join(TOOLS, tool), args, {
      cwd: this.dir,
      env: environment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const stdout: Buffer[] = [];
    const all: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => void (stdout.push(chunk), all.push(chunk)));
    child.stderr.on('data', (chunk: Buffer) => void all.push(chunk));
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve({ code, stdout: textOf(stdout), output: textOf(all) }));
    });
  }

  remove(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** Without jest's own switches for Node: they are not for the tools. */
function environment(): NodeJS.ProcessEnv {
  return { ...process.env, NODE_OPTIONS: '', FORCE_COLOR: '0', PATH: `${TOOLS}${delimiter}${process.env.PATH ?? ''}` };
}

/** Folders that git ignores, for a project that came without its .git (an archive, another owner's clone). */
const IGNORED = new Set(['node_modules', 'dist', '.git', '.lienthong', 'coverage', 'results']);

function trackedFiles(): string[] {
  const git = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  const files = git.status === 0 ? git.stdout.split('\0').filter((file) => file !== '') : filesBelow('.');
  // A file that was deleted may still be in the index.
  return files.filter((file) => existsSync(join(ROOT, file)));
}

function filesBelow(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return IGNORED.has(entry.name) ? [] : filesBelow(path);
    return entry.isFile() ? [path] : [];
  });
}

function textOf(chunks: readonly Buffer[]): string {
  return Buffer.concat(chunks).toString('utf8');
}
